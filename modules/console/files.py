"""Files in the timeline of a record's page, and the form that takes them in."""

from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from modules.console.story import has_discussion, page_address
from modules.core.attachments import can_be_shown, files_of, kind_of, may_delete
from modules.core.http import PortalRequest
from modules.core.models import Attachment
from modules.core.sniffing import ACCEPTED
from modules.core.timeline import NEWEST, TimelineItem, timeline_source


@timeline_source("files", _("Files"), icon="paper-clip", order=30)
def files(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """The files of the record; a lost one says so (F11)."""
    if not has_discussion(type(record)):
        return
    for attachment in files_of(record)[:NEWEST]:
        yield TimelineItem(
            attachment.at,
            _("attached a file"),
            who=str(attachment.uploaded_by),
            icon="paper-clip",
            html=_shown(request, record, attachment),
            place=attachment.pk,
        )


def _shown(request: HttpRequest, record: Any, attachment: Attachment) -> str:
    actor = cast(PortalRequest, request).actor
    address = page_address(record, "file", attachment.pk)
    context = {
        "attachment": attachment,
        "kind": kind_of(attachment),
        "url": address,
        "picture_url": f"{address}?show=1" if can_be_shown(attachment) else "",
        "delete_url": page_address(record, "file_delete", attachment.pk) if may_delete(actor, attachment) else "",
        "query": request.GET.urlencode(),
        "csrf_token": get_token(request),
    }
    return render_to_string("console/partials/_attachment.html", context)


def file_form(request: HttpRequest, record: Any, *, error: str = "") -> dict[str, Any]:
    """The context of the form that takes files in."""
    return {
        "file_url": page_address(record, "files"),
        "query": request.GET.urlencode(),
        "accepted": ACCEPTED,
        "most_megabytes": settings.ATTACHMENT_MAX_MB,
        "file_error": error,
        "file_key": uuid4().hex,
    }
