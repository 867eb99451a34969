"""What the provider told us, in the console; parked events can be replayed."""

from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.billing.admin.reading import ReadOnlyAdmin
from modules.billing.choices import EventState
from modules.billing.models import WebhookEvent
from modules.billing.services.working import replay_event
from modules.console.api import action, register
from modules.core.http import PortalRequest


@register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """Filter by “Parked” to see what needs somebody."""

    list_display = ["type", "event_id", "state", "attempts", "received_at", "error"]
    list_filter = ["state", "livemode"]
    search_fields = ["=event_id", "type"]
    default_order = ["-received_at"]
    actions = ["replay_selected"]
    fieldsets = [
        (None, {"fields": ["type", "event_id", ("state", "attempts"), "error"]}),
        (_("When"), {"fields": [("happened_at", "received_at"), "worked_at"]}),
        (_("As it came"), {"fields": [("livemode", "api_version"), "payload"]}),
    ]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.replay_webhookevent")

    @action(description=_("Replay parked events"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        viewer = cast(PortalRequest, request)
        parked = list(queryset.filter(state=EventState.PARKED).order_by("pk"))
        for event in parked:
            replay_event(event, actor=viewer.actor, at=viewer.now)
        told = ngettext("{count} event is replayed.", "{count} events are replayed.", len(parked))
        messages.success(request, told.format(count=len(parked)))
