"""Catalogue rows are put away instead of deleted, and come back with one click (DECISIONS 6)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.http import PortalRequest

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object

UNDO = "undo:"
"""A message whose extra tags begin so carries the address of its undo; the console shows it with a button."""


def has_archive(model: type[Model]) -> bool:
    """Whether rows of the model are archived: they have `archived_at`."""
    return any(field.name == "archived_at" for field in model._meta.concrete_fields)


class ArchiveMixin(_Base):
    """Archive and restore, on the record's page and for a selection; a module's own services may do the work."""

    def archive_record(self, record: Any, *, actor: Actor, at: datetime) -> None:
        """Put a record away. Override it to call the module's service, which then keeps the trail itself."""
        self._move(record, at, actor=actor, at=at, action="archived")

    def restore_record(self, record: Any, *, actor: Actor, at: datetime) -> None:
        """Bring a record back."""
        self._move(record, None, actor=actor, at=at, action="restored")

    def _move(self, record: Any, moment: datetime | None, *, actor: Actor, at: datetime, action: str) -> None:
        changed: dict[str, Any] = {"archived_at": moment}
        if hasattr(record, "revision"):
            changed |= {"revision": F("revision") + 1, "updated_at": at}
        rows = type(record)._default_manager.filter(pk=record.pk, archived_at__isnull=moment is not None)
        with transaction.atomic():
            if rows.update(**changed):
                audit(record, action, actor=actor, at=at)

    def archive_urls(self) -> list[URLPattern]:
        if not has_archive(self.model):
            return []
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("<path:object_id>/archive/", wrap(require_POST(self.archive_view)), name=f"{name}_archive"),
            path("<path:object_id>/restore/", wrap(require_POST(self.restore_view)), name=f"{name}_restore"),
        ]

    def archive_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put one record away, and offer to undo it."""
        record = self._writable(request, object_id)
        viewer = cast(PortalRequest, request)
        self.archive_record(record, actor=viewer.actor, at=viewer.now)
        undo = self._address("restore", record.pk)
        messages.success(request, _("“{record}” is archived.").format(record=record), extra_tags=f"{UNDO}{undo}")
        return redirect(self._address("changelist"))

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Bring one record back and show it."""
        record = self._writable(request, object_id)
        viewer = cast(PortalRequest, request)
        self.restore_record(record, actor=viewer.actor, at=viewer.now)
        messages.success(request, _("“{record}” is back.").format(record=record))
        return redirect(self._address("change", record.pk))

    def _writable(self, request: HttpRequest, object_id: str) -> Any:
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_archive_permission(request, record):
            raise PermissionDenied
        return record

    def has_archive_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Putting away stands for deleting, so it takes the right to delete; nobody deletes what can be archived."""
        codename = get_permission_codename("delete", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def _address(self, page: str, *args: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Put the selected records away."""
        viewer = cast(PortalRequest, request)
        with transaction.atomic():
            rows = list(queryset.filter(archived_at__isnull=True))
            for record in rows:
                self.archive_record(record, actor=viewer.actor, at=viewer.now)
        told = ngettext("{count} record is archived.", "{count} records are archived.", len(rows))
        messages.success(request, told.format(count=len(rows)))

    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Bring the selected records back."""
        viewer = cast(PortalRequest, request)
        with transaction.atomic():
            rows = list(queryset.filter(archived_at__isnull=False))
            for record in rows:
                self.restore_record(record, actor=viewer.actor, at=viewer.now)
        told = ngettext("{count} record is back.", "{count} records are back.", len(rows))
        messages.success(request, told.format(count=len(rows)))

    archive_selected.short_description = _("Archive")  # type: ignore[attr-defined]
    archive_selected.allowed_permissions = ("archive",)  # type: ignore[attr-defined]
    restore_selected.short_description = _("Bring back from the archive")  # type: ignore[attr-defined]
    restore_selected.allowed_permissions = ("archive",)  # type: ignore[attr-defined]
