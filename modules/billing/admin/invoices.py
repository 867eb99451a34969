"""Invoices and credit notes in the console."""

from django.utils.translation import gettext_lazy as _

from modules.billing.admin.reading import ReadOnlyAdmin, ReadOnlyInline, subject_link
from modules.billing.models import CreditNote, Invoice, InvoiceLine
from modules.console.api import display, register


class InvoiceLineInline(ReadOnlyInline):
    model = InvoiceLine
    fields = ["position", "description", "quantity", "unit_gross", "tax_rate", "net", "tax", "gross"]
    readonly_fields = fields


@register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """What was sold, frozen."""

    list_display = ["full_number", "issue_date", "buyer_name", "net", "tax", "gross"]
    list_filter = ["series"]
    search_fields = ["=number"]
    default_order = ["-issued_at"]
    inlines = [InvoiceLineInline]
    readonly_fields = ["full_number", "subject"]
    fields = ["full_number", "subject", ("issue_date", "issued_at"), "buyer", ("net", "tax", "gross"), "currency"]

    @display(description=_("number"))
    def full_number(self, invoice: Invoice) -> str:
        return invoice.full_number

    @display(description=_("buyer"))
    def buyer_name(self, invoice: Invoice) -> str:
        return str(invoice.buyer.get("name", ""))

    @display(description=_("for"))
    def subject(self, invoice: Invoice) -> str:
        return subject_link(invoice.subject_type, invoice.subject_id)


@register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    """Invoices taken back."""

    list_display = ["full_number", "issue_date", "invoice", "gross", "reason"]
    list_select_related = ["invoice"]
    list_filter = ["series"]
    default_order = ["-issued_at"]
    readonly_fields = ["full_number"]
    fields = ["full_number", "invoice", ("issue_date", "issued_at"), ("net", "tax", "gross"), "reason"]

    @display(description=_("number"))
    def full_number(self, note: CreditNote) -> str:
        return note.full_number
