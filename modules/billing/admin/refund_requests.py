"""What staff ask to be refunded, in the console; asking starts on the record's page."""

from django.utils.translation import gettext_lazy as _

from modules.billing.admin.payments import RefundInline
from modules.billing.admin.reading import ReadOnlyAdmin, subject_link
from modules.billing.models import RefundRequest
from modules.billing.selectors.invoices import titles_of_lines
from modules.console.api import display, register


@register(RefundRequest)
class RefundRequestAdmin(ReadOnlyAdmin):
    """Newest first; the filter “Waits for approval” shows what needs a second pair of eyes."""

    list_display = ["description", "amount", "state", "asked_by", "asked_at", "reason"]
    list_select_related = ["asked_by"]
    list_filter = ["state", "is_within_limit"]
    search_fields = ["description", "=asked_by__email"]
    default_order = ["-asked_at"]
    empty_hint = _("Open what was paid, such as an order, and press “Refund…”.")
    inlines = [RefundInline]
    readonly_fields = ["subject", "pieces"]
    fields = [("subject", "amount"), "pieces", "reason", ("asked_by", "asked_at")]

    @display(description=_("for"))
    def subject(self, request: RefundRequest) -> str:
        return subject_link(request.subject_type, request.subject_id)

    @display(description=_("pieces"))
    def pieces(self, request: RefundRequest) -> str:
        titles = titles_of_lines(request.subject_type, request.subject_id)
        return ", ".join(f"{quantity} × {titles.get(position, position)}" for position, quantity in request.lines)
