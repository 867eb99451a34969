"""Invoices and credit notes as PDF files."""

import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from modules.billing.api import SoldLine, document_pdf, issue_credit_note, issue_invoice
from modules.billing.documents.sheet import typeset
from modules.billing.documents.words import paper_of, plain
from modules.billing.models import CreditNote, Invoice
from modules.core.money import Money
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LODZ = {
    "name": "Zażółć Gęślą Jaźń",
    "street": "ul. Piotrkowska 1",
    "postcode": "90-001",
    "city": "Łódź",
    "country": "PL",
    "email": "kino@example.test",
}
SOLD = [
    SoldLine("Ikiru (DVD)", 2, Money(1290, "EUR"), Decimal("0.21")),
    SoldLine("A book about it", 1, Money(1999, "EUR"), Decimal("0.10")),
    SoldLine("Shipping", 1, Money(390, "EUR"), Decimal("0.21")),
]


def invoice(*, buyer: dict[str, str] | None = None, lines: Sequence[SoldLine] = SOLD, language: str = "en") -> Invoice:
    return issue_invoice(UserFactory(), lines=lines, buyer=buyer or LODZ, at=AT, language=language)


def words(document: Invoice | CreditNote) -> list[str]:
    """The text of each page."""
    pages = PdfReader(io.BytesIO(document_pdf(document))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def test_everything_that_the_law_asks_for_stands_on_it(settings: Any) -> None:
    settings.BUSINESS_NAME, settings.BUSINESS_TAX_ID = "Modular Films", "ESB12345678"
    settings.BUSINESS_ADDRESS = "Gran Vía 1, 28013 Madrid"
    (page,) = words(invoice())
    for part in ["Invoice", "2026-000001", "November 21, 2026", "Modular Films", "Gran Vía 1", "28013 Madrid",
                 "ESB12345678", "Zażółć Gęślą Jaźń", "90-001 Łódź", "Poland", "Ikiru (DVD)", "€12.90", "€25.80",
                 "21%", "10%", "Page 1 of 1"]:  # fmt: skip
        assert part in page, part
    assert "21% €24.54 €5.16 €29.70 10% €18.17 €1.82 €19.99" in page
    assert "Total €49.69" in page


def test_it_speaks_the_buyers_language() -> None:
    (page,) = words(invoice(language="es"))
    assert "21 de noviembre de 2026" in page
    assert "25,80 €" in page.replace("\xa0", " ")
    assert "Polonia" in page


def test_a_credit_note_names_its_invoice() -> None:
    whole = invoice()
    note = issue_credit_note(whole, reason="broken", at=AT, lines=[(1, 1)])
    (page,) = words(note)
    for part in ["Credit note", "C2026-000001", "2026-000001, November 21, 2026", "Ikiru (DVD)", "€12.90", "€2.24"]:
        assert part in page, part
    assert "broken" not in page  # what staff note is not for the customer
    rest = issue_credit_note(whole, reason="", at=AT)
    assert "€36.79" in words(rest)[0]


def test_the_same_invoice_is_the_same_bytes_whatever_the_settings_say_later(settings: Any) -> None:
    document = invoice()
    first = document_pdf(document)
    settings.BUSINESS_NAME, settings.BUSINESS_TAX_ID = "Another name", "X"
    assert document_pdf(Invoice.objects.get(pk=document.pk)) == first


def test_many_lines_take_several_numbered_pages_and_none_is_lost() -> None:
    lines = [SoldLine(f"Film number {number:03}", 1, Money(100, "EUR"), Decimal("0.21")) for number in range(130)]
    pages = words(invoice(lines=lines))
    assert len(pages) >= 4
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
    assert all(f"Film number {number:03}" in " ".join(pages) for number in range(130))
    assert "€130.00" in pages[-1]


def test_the_totals_never_run_off_the_page() -> None:
    paper = paper_of(invoice())
    for count in (1, *range(22, 27), *range(50, 56)):
        reader = PdfReader(io.BytesIO(typeset(replace(paper, rows=[paper.rows[0]] * count))))
        for page in reader.pages:
            assert min(heights(page)) == pytest.approx(32), count


def heights(page: PageObject) -> list[float]:
    """Where the texts of a page stand, from its lower edge."""
    found: list[float] = []

    def note(text: str, _cm: object, matrix: list[float], *_font: object) -> None:
        if text.strip():
            found.append(matrix[5])

    page.extract_text(visitor_text=note)
    return found


def test_f46_markup_and_control_characters_in_names_are_text() -> None:
    evil = "<b>Bo\u202eld</b> & \x07<para>\n/JavaScript (x) \\"
    document = invoice(
        buyer={"name": evil, "email": "<i>@example.test"}, lines=[SoldLine(evil, 1, Money(1, "EUR"), Decimal(0))]
    )
    content = document_pdf(document)
    (page,) = words(document)
    assert page.count("<b>Bo ld</b> & <para> /JavaScript (x) \\") == 2
    assert not any(name in PdfReader(io.BytesIO(content)).trailer["/Root"] for name in ("/OpenAction", "/AA", "/Names"))


def test_long_names_are_broken_not_cut() -> None:
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
    (page,) = words(invoice(lines=[SoldLine(name, 1, Money(100, "EUR"), Decimal("0.21"))]))
    assert name in page.replace(" ", "")


@pytest.mark.any_database
def test_plain_text() -> None:
    assert plain(" a\tb\u200b\u0301 ") == "a b \u0301"
    assert plain("Lo\u0301dz") == "L\u00f3dz"


def test_the_typesetter_is_not_loaded_with_the_product() -> None:
    code = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'; django.setup(); import sys;"
    code += "import modules.billing.api; print([name for name in sys.modules if name.startswith('reportlab')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
