"""Invoices and credit notes as PDF files: the same document gives the same bytes, whoever asks and whenever."""

from django.db.models import Model

from modules.billing.documents.words import paper_of
from modules.billing.models import CreditNote, Invoice
from modules.billing.selectors.invoices import credit_notes_of
from modules.billing.selectors.payments import invoice_of
from modules.core.messages import Attached

__all__ = ["attached_credit_notes", "attached_invoice", "document_name", "document_pdf"]


def document_pdf(document: Invoice | CreditNote) -> bytes:
    """The document as a PDF, in the buyer's language. The typesetter is loaded by the first call."""
    from modules.billing.documents.sheet import typeset

    return typeset(paper_of(document))


def attached_invoice(subject: Model) -> list[Attached]:
    """The invoice of a record as a file of a mail; nothing while there is none."""
    invoice = invoice_of(subject)
    return [] if invoice is None else [_attached(invoice)]


def attached_credit_notes(subject: Model) -> list[Attached]:
    """What was taken back of a record's invoice, as files of a mail."""
    invoice = invoice_of(subject)
    return [] if invoice is None else [_attached(note) for note in credit_notes_of(invoice)]


def _attached(document: Invoice | CreditNote) -> Attached:
    return Attached(document_name(document), document_pdf(document), "application/pdf")


def document_name(document: Invoice | CreditNote) -> str:
    """The name under which the file is saved, such as `2026-000017.pdf`."""
    return f"{document.full_number}.pdf"
