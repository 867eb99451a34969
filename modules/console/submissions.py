"""An add form pressed twice, or twelve times at once, makes one record (F25).

The page carries a key; the record and its key are saved in one transaction, and every later press with the key is
answered as the first was.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from modules.core.audit import record_type
from modules.core.http import PortalRequest
from modules.core.models import Submission
from modules.core.once import once

SUBMISSION_NAME = "_submission"
KEPT = timedelta(days=2)


class OnceSubmitted:
    """For RecordAdmin: answers the presses after the first with the record that the first one made."""

    model: Any

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        key = _uuid(request.POST.get(SUBMISSION_NAME, ""))
        told = {**(extra_context or {}), "submission_name": SUBMISSION_NAME, "submission": key or uuid4()}
        if request.method != "POST" or key is None:
            return cast(HttpResponse, super().add_view(request, form_url, told))  # type: ignore[misc]
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        owned = {"actor_id": request.user.pk, "record_type": record_type(self.model)}
        with once(Submission, key=key, owned=owned) as first:
            made = first.found and self.model._base_manager.filter(pk=first.found.record_id).first()
            if made:
                return cast(HttpResponse, super().response_add(request, made))  # type: ignore[misc]
            return cast(HttpResponse, super().add_view(request, form_url, told))  # type: ignore[misc]

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """The record is made: remember by which key, in its transaction."""
        key = _uuid(request.POST.get(SUBMISSION_NAME, ""))
        if key is not None:
            Submission.objects.get_or_create(
                key=key,
                defaults={
                    "record_type": record_type(self.model),
                    "record_id": obj.pk,
                    "actor": cast(Any, request.user),
                    "at": cast(PortalRequest, request).now,
                },
            )
        return cast(HttpResponse, super().response_add(request, obj, post_url_continue))  # type: ignore[misc]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def forget_submissions(at: datetime) -> int:
    """Delete keys of forms that nobody presses any more."""
    return Submission.objects.filter(at__lt=at - KEPT).delete()[0]
