"""What stands on a document, as words in the buyer's language."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from modules.billing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine
from modules.billing.selectors.invoices import tax_split
from modules.core.moments import babel_locale
from modules.core.money import Money

Row = tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A document ready to be set: headings, facts, rows, all of them plain text."""

    title: str
    number: str
    language: str
    issued_at: datetime
    seller: Sequence[str]
    buyer_title: str
    buyer: Sequence[str]
    facts: Sequence[tuple[str, str]]
    columns: Row
    rows: Sequence[Row]
    tax_columns: Row
    tax_rows: Sequence[Row]
    totals: Sequence[tuple[str, str]]
    page_words: str
    """With `{page}` and `{pages}`."""


def paper_of(document: Invoice | CreditNote) -> Paper:
    """Everything that a document says."""
    language = document.language or settings.LANGUAGE_CODE
    with override(language):
        return _paper(document, language)


def _paper(document: Invoice | CreditNote, language: str) -> Paper:
    invoice = document if isinstance(document, Invoice) else document.invoice
    facts = [(_("Number"), document.full_number), (_("Date"), _day(document))]
    if document is not invoice:
        facts.append((_("For invoice"), f"{invoice.full_number}, {_day(invoice)}"))
    return Paper(
        title=_("Invoice") if document is invoice else _("Credit note"),
        number=document.full_number,
        language=language,
        issued_at=document.issued_at,
        seller=_seller(document.seller),
        buyer_title=_("Billed to") if document is invoice else _("Credited to"),
        buyer=_buyer(invoice.buyer),
        facts=facts,
        columns=(_("Description"), _("Quantity"), _("Price"), _("Tax"), _("Amount")),
        rows=[_row(line) for line in document.lines.order_by("position").select_related(*_relations(document))],
        tax_columns=(_("Tax rate"), _("Net"), _("Tax"), _("Total")),
        tax_rows=[
            (_percent(share.rate), _money(share.net), _money(share.tax), _money(share.gross))
            for share in tax_split(document)
        ],
        totals=[
            (_("Net"), _money(document.net)),
            (_("Tax"), _money(document.tax)),
            (_("Total") if document is invoice else _("Credited"), _money(document.gross)),
        ],
        page_words=_("Page {page} of {pages}"),
    )


def _relations(document: Invoice | CreditNote) -> list[str]:
    return [] if isinstance(document, Invoice) else ["invoice_line"]


def _row(line: InvoiceLine | CreditNoteLine) -> Row:
    price = line.unit_gross if isinstance(line, InvoiceLine) else line.invoice_line.unit_gross
    quantity = "" if line.quantity is None else format_decimal(line.quantity, locale=babel_locale())
    shown_price = "" if line.quantity is None else _money(price)
    return (plain(line.description), quantity, shown_price, _percent(line.tax_rate), _money(line.gross))


def _seller(seller: Mapping[str, str]) -> list[str]:
    """Name, address, tax number. Documents of before have no copy of their own and show today's."""
    known = seller or {
        "name": settings.BUSINESS_NAME,
        "address": settings.BUSINESS_ADDRESS,
        "tax_id": settings.BUSINESS_TAX_ID,
    }
    address = [part.strip() for part in known.get("address", "").split(",")]
    tax_id = known.get("tax_id", "")
    named = _("Tax number {number}").format(number=tax_id) if tax_id else ""
    return _filled([known.get("name", ""), *address, named])


def _buyer(buyer: Mapping[str, str]) -> list[str]:
    town = f"{buyer.get('postcode', '') or buyer.get('postal_code', '')} {buyer.get('city', '')}"
    code = str(buyer.get("country", ""))
    country = Locale.parse(babel_locale()).territories.get(code, code)
    names = ("name", "company", "tax_id", "street", "extra")
    return _filled([*(str(buyer.get(name, "")) for name in names), town, country, str(buyer.get("email", ""))])


def _filled(lines: Iterable[str]) -> list[str]:
    return [shown for line in lines if (shown := plain(line))]


def plain(text: str) -> str:
    """One line of text without control and formatting characters, accents composed; markup is text like any other."""
    kept = (" " if unicodedata.category(sign).startswith(("C", "Z")) else sign for sign in text)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _day(document: Invoice | CreditNote) -> str:
    return format_date(document.issue_date, "long", locale=babel_locale())


def _percent(rate: Decimal) -> str:
    return str(format_percent(rate.normalize(), locale=babel_locale(), decimal_quantization=False))


def _money(amount: Money) -> str:
    return amount.format(babel_locale())
