"""The console's pages: who was told what, what became of each mail, and sending a failed one again."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display as label

from modules.console.api import RecordAdmin, RecordInline, action, display, record_address, register, trail_words
from modules.core.http import PortalRequest
from modules.core.messages import categories
from modules.core.slots import fill
from modules.notifications import sending, timeline  # noqa: F401 - the source of the timeline registers itself
from modules.notifications.choices import Channel, DeliveryState
from modules.notifications.forms import MendForm
from modules.notifications.models import Delivery, Notification
from modules.notifications.selectors import unread_count

trail_words({"resent": _("sent it again")})

RESEND = "notifications.resend_delivery"


TONES = {
    DeliveryState.SENT.value: "success",
    DeliveryState.FAILED.value: "danger",
    DeliveryState.SUPPRESSED.value: "warning",
    DeliveryState.QUEUED.value: "info",
    DeliveryState.SENDING.value: "info",
}


class Written:
    """The platform writes these rows; people read them."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DeliveryInline(Written, RecordInline):
    """The ways a notification took."""

    model = Delivery
    fields = ["channel", "state", "attempts", "sent_at", "error"]


@register(Notification)
class NotificationAdmin(Written, RecordAdmin):
    """Who was told what, when and in which words."""

    list_display = ["title", "recipient", "why", "category_name", "created_at", "read_at"]
    list_select_related = ["user"]
    list_filter = ["category", "message"]
    search_fields = ["email", "=user__email", "=dedupe_key"]
    search_help_text = _("The beginning of an e-mail address.")
    default_order = ["-created_at"]
    fieldsets = [
        (None, {"fields": ["title", "text", "url", "recipient"]}),
        (_("When"), {"fields": [("created_at", "read_at"), "is_in_inbox"]}),
        (
            _("Why"),
            {
                "fields": [
                    "why",
                    ("message", "category"),
                    ("record_type", "record_id"),
                    ("language", "wording"),
                    "dedupe_key",
                ]
            },
        ),
    ]
    readonly_fields = ["recipient"]
    inlines = [DeliveryInline]

    @display(description=_("recipient"))
    def recipient(self, notification: Notification) -> str:
        return notification.recipient

    @display(description=_("category"), ordering="category")
    def category_name(self, notification: Notification) -> str:
        """The words that the person chooses by."""
        known = categories.get(notification.category)
        return str(known.title) if known else notification.category


@register(Delivery)
class DeliveryAdmin(Written, RecordAdmin):
    """What became of each way; a mail that failed can be sent again."""

    list_display = ["subject", "recipient", "channel", "shown_state", "attempts", "created_at", "sent_at", "why_not"]
    list_select_related = ["notification__user"]
    list_filter = ["state", "channel"]
    search_fields = ["notification__email", "=provider_id"]
    search_help_text = _("The beginning of an e-mail address, or a whole Message-ID.")
    default_order = ["-created_at"]
    fieldsets = [
        (None, {"fields": ["subject", "recipient", "channel", ("shown_state", "attempts"), "error"]}),
        (_("When"), {"fields": [("created_at", "sent_at")]}),
        (_("Mail"), {"fields": ["provider_id", "text"]}),
    ]
    readonly_fields = ["subject", "recipient", "shown_state"]
    actions = ["resend_selected"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.select_related("notification__user")

    @display(description=_("subject"))
    def subject(self, delivery: Delivery) -> str:
        return delivery.notification.title

    @display(description=_("recipient"))
    def recipient(self, delivery: Delivery) -> str:
        return delivery.notification.recipient

    @label(description=_("state"), ordering="state", label=TONES)  # type: ignore[untyped-decorator]
    def shown_state(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @display(description=_("why not"))
    def why_not(self, delivery: Delivery) -> str:
        return delivery.error[:80]

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RESEND)

    @action(description=_("Send failed mails again"), permissions=["resend"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._resend(request, queryset)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.resend_view))
        return [path("<path:object_id>/resend/", view, name="notifications_delivery_resend"), *super().get_urls()]

    def resend_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send one again, from the button on its page."""
        delivery = self.get_object(request, object_id)
        if delivery is None or not self.has_resend_permission(request):
            raise Http404
        form = MendForm(request.POST, initial={"email": delivery.notification.email})
        if not form.is_valid():
            messages.error(request, str(form.errors["email"][0]))
            return redirect(record_address(delivery))
        self._resend(request, Delivery.objects.filter(pk=delivery.pk), email=form.cleaned_data["email"])
        return redirect(record_address(delivery))

    def _resend(self, request: HttpRequest, queryset: QuerySet[Delivery], *, email: str = "") -> None:
        viewer = cast(PortalRequest, request)
        failed = queryset.filter(state=DeliveryState.FAILED, channel=Channel.EMAIL).select_related("notification")
        count = sum(sending.resend(delivery, actor=viewer.actor, at=viewer.now, email=email) for delivery in failed)
        if not count:
            messages.warning(request, _t("None of these mails has failed, so nothing is sent again."))
            return
        told = ngettext("{count} mail is sent again.", "{count} mails are sent again.", count)
        messages.success(request, told.format(count=count))


@fill("console.record.side", order=30)
def resend_button(request: HttpRequest, record: Model | None = None, **facts: Any) -> str | None:
    """The button on the page of a failed mail."""
    is_failed = isinstance(record, Delivery) and record.state == DeliveryState.FAILED
    if not is_failed or not request.user.has_perm(RESEND):
        return None
    return render_to_string("notifications/partials/_resend.html", {"delivery": record}, request)


@fill("console.header", order=20)
def bell(request: HttpRequest, **facts: Any) -> str | None:
    """The same bell in the console."""
    if not request.user.is_authenticated:
        return None
    return render_to_string(
        "notifications/partials/_console_bell.html", {"unread": unread_count(request.user.pk)}, request
    )
