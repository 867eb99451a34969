"""What a record's page does beside its form: the timeline, comments, files. Rights are those of the page itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from modules.console.archive import UNDO
from modules.console.comments import colleagues_answer, comment_form
from modules.console.files import file_form
from modules.console.story import has_discussion, page_address, story_of
from modules.core import attachments, comments
from modules.core.audit import record_type
from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.models import Attachment, Comment
from modules.core.sniffing import FileRefused

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object

LONGEST_KEY = 64
MOST_AT_ONCE = 20


class RecordPage(_Base):
    """Mixed into every RecordAdmin."""

    def get_urls(self) -> list[URLPattern]:
        return [*self.record_urls(), *super().get_urls()]

    def record_urls(self) -> list[URLPattern]:
        found = [self._path("story/", self.story_view, "story", require_safe)]
        if has_discussion(self.model):
            comment, file = "comments/<int:pk>", "files/<int:pk>"
            found += [
                self._path("colleagues/", self.colleagues_view, "colleagues", require_safe),
                self._path("comments/", self.comment_view, "comment"),
                self._path(f"{comment}/edit/", self.comment_edit_view, "comment_edit"),
                self._path(f"{comment}/delete/", self.comment_delete_view, "comment_delete"),
                self._path(f"{comment}/back/", self.comment_restore_view, "comment_restore"),
                self._path("files/", self.files_view, "files"),
                self._path(f"{file}/", self.file_view, "file", require_safe),
                self._path(f"{file}/delete/", self.file_delete_view, "file_delete"),
                self._path(f"{file}/back/", self.file_restore_view, "file_restore"),
            ]
        return found

    def _path(
        self, route: str, view: Callable[..., HttpResponse], name: str, verb: Callable[..., Any] = require_POST
    ) -> URLPattern:
        full = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        found: URLPattern = path(f"<path:object_id>/{route}", self.admin_site.admin_view(verb(view)), name=full)
        return found

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = kwargs.get("obj")
        if record is not None and isinstance(record.pk, int):
            context |= self._below(request, record)
        return cast(HttpResponse, super().render_change_form(request, context, *args, **kwargs))

    def _below(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """The timeline and what is written into it."""
        found: dict[str, Any] = {"story": story_of(request, record), "has_discussion": has_discussion(self.model)}
        if has_discussion(self.model):
            found |= {**comment_form(request, record), **file_form(request, record)}
        return found

    def story_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The timeline alone; whoever comes without htmx is shown the page."""
        record = self._readable(request, object_id)
        if not cast(PortalRequest, request).htmx:
            return HttpResponseRedirect(self._home(request, record))
        return self._told(request, record)

    # Comments

    def comment_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write one."""
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        text, key = request.POST.get("text", ""), request.POST.get("key", "")[:LONGEST_KEY]
        try:
            comments.write_comment(record, text=text, actor=viewer.actor, at=viewer.now, key=key or uuid4().hex)
        except (comments.CommentEmpty, comments.CommentTooLong) as refusal:
            form = comment_form(request, record, typed=text, error=str(refusal), key=key)
            return self._form_again(request, record, "console/partials/_comment_form.html", form)
        if not viewer.htmx:
            return self._back(request, record, _("Your comment is saved."))
        context = {**comment_form(request, record), "story": story_of(request, record), "is_beside": True}
        return _vary(render(request, "console/partials/_comment_saved.html", context))

    def comment_edit_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        comment, text = self._comment(record, pk), request.POST.get("text", "")
        try:
            comments.edit_comment(comment, text=text, actor=viewer.actor, at=viewer.now)
        except NotAllowed:
            raise
        except Refusal as refusal:
            return self._edit_again(request, record, comment, text, refusal)
        return self._told(request, record, _("The comment is changed."))

    def _edit_again(
        self, request: HttpRequest, record: Any, comment: Comment, text: str, refusal: Refusal
    ) -> HttpResponse:
        """The form with what was typed and why it is not saved; too late is a refusal, an empty text a mistake."""
        status = 409 if isinstance(refusal, comments.TooLateToEdit) else 422
        request.refused_edit = (comment.pk, text, str(refusal))  # type: ignore[attr-defined]
        if cast(PortalRequest, request).htmx:
            return self._told(request, record, str(refusal) if status == 409 else "", status=status)
        form = {"comment_url": request.path, "typed": text, "error": str(refusal)}
        return self._page(request, record, {**form, "part": "console/partials/_comment_form.html"}, status)

    def comment_delete_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        """Take one back, and offer to undo it."""
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        comments.delete_comment(self._comment(record, pk), actor=viewer.actor, at=viewer.now)
        undo = page_address(record, "comment_restore", pk)
        return self._told(request, record, _("The comment is deleted."), undo=undo)

    def comment_restore_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        comments.restore_comment(self._comment(record, pk), actor=viewer.actor)
        return self._told(request, record, _("The comment is back."))

    def colleagues_view(self, request: HttpRequest, object_id: str) -> JsonResponse:
        """Who may be named in a comment on this record."""
        return colleagues_answer(request, self._readable(request, object_id))

    # Files

    def files_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take files in, each by itself: those before a refused one stay."""
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        uploads = request.FILES.getlist("files")[:MOST_AT_ONCE]
        key = request.POST.get("key", "")[: LONGEST_KEY - 4] or uuid4().hex
        if not uploads:
            return self._file_refused(request, record, _("Choose a file first."))
        for number, upload in enumerate(uploads):
            try:
                attachments.attach(record, upload=upload, actor=viewer.actor, at=viewer.now, key=f"{key}:{number}")
            except (FileRefused, attachments.TooManyFiles) as refusal:
                return self._file_refused(request, record, f"{attachments.shown_name(upload.name or '')}: {refusal}")
        return self._told(request, record, "" if viewer.htmx else _("The file is attached."))

    def _file_refused(self, request: HttpRequest, record: Any, words: str) -> HttpResponse:
        form = file_form(request, record, error=words)
        return self._form_again(request, record, "console/partials/_file_form.html", form)

    def file_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        """Lead to the file by a fresh link, so that a page that stands open all day still opens it."""
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        attachment = self._file(record, pk)
        if not attachments.may_read(viewer.actor, attachment):
            raise Http404
        show = request.GET.get("show") == "1"
        return HttpResponseRedirect(attachments.file_link(attachment, actor=viewer.actor, at=viewer.now, show=show))

    def file_delete_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        """Take one off, and offer to undo it."""
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        attachments.delete_file(self._file(record, pk), actor=viewer.actor, at=viewer.now)
        undo = page_address(record, "file_restore", pk)
        return self._told(request, record, _("The file is deleted."), undo=undo)

    def file_restore_view(self, request: HttpRequest, object_id: str, pk: int) -> HttpResponse:
        record, viewer = self._readable(request, object_id), cast(PortalRequest, request)
        attachments.restore_file(self._file(record, pk), actor=viewer.actor)
        return self._told(request, record, _("The file is back."))

    # Finding and answering

    def _readable(self, request: HttpRequest, object_id: str) -> Any:
        """The record, for whoever may view its page."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        record = super().get_object(request, object_id)
        if record is None or not isinstance(record.pk, int):
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        return record

    def _comment(self, record: Any, pk: int) -> Comment:
        return get_object_or_404(Comment, pk=pk, record_type=record_type(record), record_id=record.pk)

    def _file(self, record: Any, pk: int) -> Attachment:
        return get_object_or_404(Attachment, pk=pk, record_type=record_type(record), record_id=record.pk)

    def _home(self, request: HttpRequest, record: Any) -> str:
        tail = f"?{request.GET.urlencode()}" if request.GET else ""
        return f"{page_address(record, 'change')}{tail}#story"

    def _told(
        self, request: HttpRequest, record: Any, words: str = "", *, undo: str = "", status: int = 200
    ) -> HttpResponse:
        """The timeline with a word on what was done; without htmx the page."""
        if not cast(PortalRequest, request).htmx:
            return self._back(request, record, words, undo)
        context = {"story": story_of(request, record), "note": words, "undo_url": undo, "is_refused": status == 409}
        return _vary(render(request, "console/partials/_timeline.html", context, status=status))

    def _back(self, request: HttpRequest, record: Any, words: str, undo: str = "") -> HttpResponse:
        if words:
            messages.success(request, words, extra_tags=f"{UNDO}{undo}" if undo else "")
        return go_to(request, self._home(request, record))

    def _form_again(self, request: HttpRequest, record: Any, part: str, form: dict[str, Any]) -> HttpResponse:
        """422: the form with what was typed and what is wrong with it; without htmx on a page of its own."""
        if cast(PortalRequest, request).htmx:
            return _vary(render(request, part, form, status=422))
        return self._page(request, record, {**form, "part": part}, 422)

    def _page(self, request: HttpRequest, record: Any, context: dict[str, Any], status: int) -> HttpResponse:
        site = {**self.admin_site.each_context(request), "title": str(record), "opts": self.opts, "original": record}
        page = {**site, **context, "home": self._home(request, record)}
        return _vary(render(request, "console/record_form_again.html", page, status=status))


def _vary(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["HX-Request"])
    return response
