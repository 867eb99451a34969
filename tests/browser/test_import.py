"""A table with three errors imported by mouse and keyboard: columns, check, progress, result, undo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from modules.accounts.models import User
from modules.films.models import Film
from tests.browser.visitor import PHONE, Visitor
from tests.factories.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABLE = "Título;Año;Minutos\nRan;1985;162\nIkiru;19x2;143\n;1950;88\nM;1931;lang\nTootsie;1982;116\n"


@pytest.mark.parametrize("traits", [{}, PHONE, {"javascript": False}], ids=["desk", "phone", "without script"])
def test_a_table_with_three_errors_goes_in_and_out_again(
    enter: Callable[..., Visitor], shop: Shop, owner: User, settings: Any, tmp_path: Path, traits: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    table = tmp_path / "films.csv"
    table.write_bytes(TABLE.encode("cp1252"))
    before = Film.objects.count()
    visitor = enter(user=owner, **traits)
    page, has_script = visitor.page, traits.get("javascript", True)
    page.goto("/console/films/film/")
    visitor.link("Import…").click()
    page.get_by_label("CSV or JSON file").set_input_files(table)
    if has_script:
        expect(page.get_by_text("films.csv · ")).to_be_visible()
    visitor.sees_nothing_stick_out()
    visitor.button("Next: columns").press("Enter")
    page.get_by_label("Minutos").select_option(label="Running time in minutes")
    visitor.sees_nothing_stick_out()
    visitor.button("Check the file").press("Enter")

    def wait_for(words: str) -> None:
        if not has_script:
            visitor.worker.until(lambda: page.reload() and page.get_by_role("button", name=words).is_visible())

    wait_for("Import 2 rows")
    expect(visitor.button("Import 2 rows")).to_be_visible()
    problems = page.get_by_role("table")
    for told in ("Año", "Título", "Minutos"):
        expect(problems).to_contain_text(told)
    assert Film.objects.count() == before
    visitor.sees_nothing_stick_out()
    visitor.button("Import 2 rows").click()
    summary = page.get_by_text("Undo this import…")
    if not has_script:
        visitor.worker.until(lambda: page.reload() and summary.is_visible())
    summary.click()
    assert Film.objects.count() == before + 2
    visitor.sees_nothing_stick_out()
    visitor.button("Undo now").click()
    visitor.worker.until(lambda: Film.objects.count() == before)
    if has_script:
        expect(page.get_by_role("region", name="Progress")).to_contain_text("Undone")
    page.goto("/console/imports/")
    expect(page.get_by_role("row", name="films.csv")).to_contain_text("2 added, 3 left out")
