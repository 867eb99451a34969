"""What staff ask to be refunded, in the console; asking starts on the record's page."""

from django.utils.translation import gettext_lazy as _

from modules.billing.admin.payments import RefundInline
from modules.billing.admin.reading import ReadOnlyAdmin, subject_link
from modules.billing.models import RefundRequest
from modules.console.api import display, register


@register(RefundRequest)
class RefundRequestAdmin(ReadOnlyAdmin):
    """Newest first; the filter “Waits for approval” shows what needs a second pair of eyes."""

    list_display = ["description", "amount", "state", "asked_by", "asked_at", "reason"]
    list_select_related = ["asked_by"]
    list_filter = ["state", "is_within_limit"]
    search_fields = ["description", "=asked_by__email"]
    default_order = ["-asked_at"]
    inlines = [RefundInline]
    readonly_fields = ["subject"]
    fields = ["description", "subject", ("amount", "is_within_limit"), "reason", ("asked_by", "asked_at")]

    @display(description=_("for"))
    def subject(self, request: RefundRequest) -> str:
        return subject_link(request.subject_type, request.subject_id)
