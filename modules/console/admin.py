"""The console's own pages: the core's tables."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.console.api import RecordAdmin, action, display, register
from modules.console.imports.offers import import_buttons
from modules.core.choices import OutboxState
from modules.core.http import PortalRequest
from modules.core.models import AuditEntry, OutboxMessage, Sequence
from modules.core.outbox import requeue, why_not
from modules.core.slots import fill

fill("console.list.tools")(import_buttons)


MOST_REASONS = 20
"""So many letters are asked why they are not tried again."""


class ReadOnly(RecordAdmin):
    """Tables that the platform writes and people only read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(OutboxMessage)
class OutboxAdmin(ReadOnly):
    """What goes out into the world; dead letters can be sent on their way again."""

    list_display = ["effect", "state", "attempts", "record_type", "record_id", "created_at", "due_at", "finished_at"]
    list_filter = ["state"]
    search_fields = ["=key", "effect"]
    default_order = ["-created_at"]
    fieldsets = [
        (None, {"fields": ["effect", "key", ("state", "attempts"), "error"]}),
        (_("When"), {"fields": [("created_at", "due_at"), ("leased_until", "finished_at")]}),
        (_("About"), {"fields": [("record_type", "record_id"), "request_id"]}),
    ]
    actions = ["requeue_selected"]

    def has_requeue_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("core.change_outboxmessage")

    @action(description=_("Try dead letters again"), permissions=["requeue"])
    def requeue_selected(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        dead = queryset.filter(state=OutboxState.DEAD)
        count = requeue(dead, at=cast(PortalRequest, request).now)
        told = ngettext("{count} dead letter is tried again.", "{count} dead letters are tried again.", count)
        messages.success(request, told.format(count=count))
        for why in dict.fromkeys(filter(None, map(why_not, dead[:MOST_REASONS]))):
            messages.warning(request, why)


@register(AuditEntry)
class AuditAdmin(ReadOnly):
    """Who did what."""

    list_display = ["at", "who", "action", "record_type", "record_label"]
    list_select_related = ["actor"]
    list_filter = ["action"]
    search_fields = ["record_type", "=request_id"]
    default_order = ["-at"]
    fieldsets = [
        (None, {"fields": [("at", "who"), "action", "record_type", ("record_label", "record_id"), "changes"]}),
        (_("Why and whence"), {"fields": ["reason", "request_id"]}),
    ]
    readonly_fields = ["who"]

    @display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        return str(entry.actor or entry.actor_label)


@register(Sequence)
class SequenceAdmin(ReadOnly):
    """The counters without gaps."""

    list_display = ["name", "value"]
    search_fields = ["name"]
    fields = ["name", "value"]
