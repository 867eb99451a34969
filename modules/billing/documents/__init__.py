"""Invoices and credit notes as PDF files: the same document gives the same bytes, whoever asks and whenever."""

from modules.billing.documents.words import paper_of
from modules.billing.models import CreditNote, Invoice

__all__ = ["document_name", "document_pdf"]


def document_pdf(document: Invoice | CreditNote) -> bytes:
    """The document as a PDF, in the buyer's language. The typesetter is loaded by the first call."""
    from modules.billing.documents.sheet import typeset

    return typeset(paper_of(document))


def document_name(document: Invoice | CreditNote) -> str:
    """The name under which the file is saved, such as `2026-000017.pdf`."""
    return f"{document.full_number}.pdf"
