"""Comments in the timeline of a record's page, and the forms to write, edit and delete them."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from modules.console.story import has_discussion, page_address
from modules.core.comments import colleagues, comments_on, may_delete, may_edit, pieces
from modules.core.http import PortalRequest
from modules.core.models import Comment
from modules.core.timeline import NEWEST, TimelineItem, timeline_source

MOST_OFFERED = 8


@timeline_source("comments", _("Comments"), icon="chat-bubble-left", order=20)
def comments(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """What staff said about the record, with what the reader may do about it."""
    if not has_discussion(type(record)):
        return
    for comment in comments_on(record)[:NEWEST]:
        yield TimelineItem(
            comment.at,
            _("commented"),
            who=str(comment.author),
            icon="chat-bubble-left",
            html=_shown(request, record, comment),
            place=comment.pk,
        )


def _shown(request: HttpRequest, record: Any, comment: Comment) -> str:
    viewer = cast(PortalRequest, request)
    refused = getattr(request, "refused_edit", None)
    is_refused = refused is not None and refused[0] == comment.pk
    context = {
        "comment": comment,
        "words": words_of(comment),
        "edit_url": page_address(record, "comment_edit", comment.pk)
        if may_edit(comment, viewer.actor, viewer.now)
        else "",
        "delete_url": page_address(record, "comment_delete", comment.pk) if may_delete(comment, viewer.actor) else "",
        "typed": refused[1] if is_refused and refused else comment.text,
        "error": refused[2] if is_refused and refused else "",
        "query": request.GET.urlencode(),
        "request": request,
        "csrf_token": get_token(request),
    }
    return render_to_string("console/partials/_comment.html", context)


def words_of(comment: Comment) -> SafeString:
    """The text as it may stand on a page: escaped, with links, line breaks and the names of who was told."""
    parts = []
    for words, is_name in pieces(comment.text, comment.mentions.all()):
        shown = format_html('<span class="mention">{}</span>', words) if is_name else urlize(words, autoescape=True)
        parts.append(shown.replace("\n", "<br>"))
    return mark_safe("".join(parts))  # noqa: S308 - format_html and urlize have escaped every part


def comment_form(
    request: HttpRequest, record: Any, *, typed: str = "", error: str = "", key: str = ""
) -> dict[str, Any]:
    """The context of the form that writes one."""
    return {
        "comment_url": page_address(record, "comment"),
        "colleagues_url": page_address(record, "colleagues"),
        "query": request.GET.urlencode(),
        "typed": typed,
        "error": error,
        "key": key or uuid4().hex,
    }


def colleagues_answer(request: HttpRequest, record: Any) -> JsonResponse:
    """Who could be named behind an `@` that goes on like this."""
    start = request.GET.get("q", "").strip()[:80]
    found = colleagues(type(record), start=start, most=MOST_OFFERED)
    people = [{"name": person.name or person.email, "email": person.email, "handle": person.handle} for person in found]
    return JsonResponse({"people": people})
