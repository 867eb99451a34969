"""Files with bad rows, and files that are none (F31, F32)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from modules.console.models import ImportRun
from modules.core import outbox
from modules.films.models import Film
from tests.films.importing import (
    checked,
    counts,
    imported,
    page,
    problems,
    started,
    upload,
    uploaded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


BROKEN = """title;year;runtime
Alien;1979;117
Ran;19x5;
Ikiru;1952;long
;1950;
Alien;1979;
Jaws;1975;124;;;
Tootsie;1982;116
"""


def test_f32_the_check_names_line_and_column_and_good_rows_go_in(manager: Client) -> None:
    run = checked(manager, BROKEN)
    expected = [(3, "year"), (4, "runtime"), (5, "title"), (6, ""), (7, "")]
    assert (problems(manager, run), counts(manager, run)) == (expected, [2, 0, 0, 5])
    run = started(manager, run)
    assert (problems(manager, run), counts(manager, run)) == (expected, [2, 0, 0, 5])
    assert sorted(Film.objects.values_list("title", flat=True)) == ["Alien", "Tootsie"]


def test_f32_all_or_nothing_imports_nothing_with_a_bad_row(manager: Client) -> None:
    run = checked(manager, BROKEN)
    response = manager.post(page(run, "start/"), {"rows": "all"})
    assert response.status_code == 409
    assert "5 rows cannot go in" in response.content.decode()
    assert not Film.objects.exists()


def test_f32_all_or_nothing_goes_back_when_a_row_fails_after_the_check(manager: Client, monkeypatch: Any) -> None:
    from modules.films.admin import imports

    run = checked(manager, "title,year\n" + "".join(f"Film {n},1980\n" for n in range(30)))
    real = imports.write_films

    def write(rows: Any, **told: Any) -> Any:
        if any(row.title == "Film 15" for row in rows):
            raise RuntimeError("the disk is full")
        return real(rows, **told)

    monkeypatch.setattr(imports, "write_films", write)
    run = started(manager, run, rows="all")
    outbox.drain(rounds=200)
    run.refresh_from_db()
    assert (run.step, run.undo_job is not None, Film.objects.count()) == ("undo", True, 0)


def test_f32_problems_can_be_taken_along_without_formulas(manager: Client) -> None:
    run = checked(manager, "title,year\n=HYPERLINK(1),x\nRan,1985\n")
    answer = manager.get(page(run, "problems.csv"))
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][:3] == ["2", "year", "Expected a year with four digits, found “x”"]
    assert rows[1][3].startswith("'=HYPERLINK")


def test_f32_the_error_at_row_9999_is_found_there(manager: Client, monkeypatch: Any) -> None:
    from modules.console.imports.files import rows_of
    from modules.console.imports.importers import importers

    rows = [f"Film {number},1980" for number in range(2, 10_001)]
    rows[9_997] = "Broken,yesterday"
    run = uploaded(manager, "title,year\n" + "\n".join(rows))
    told = rows_of(run, importers["films.film"], {"title": 0, "year": 1})
    assert [row["line"] for row in told if row.get("problems")] == [9_999]
    assert run.rows == 9_999


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"title,year\n", "no row below"),
        ("a.csv", b",".join([b"x"] * 1_000_000), "longer than"),
        ("a.csv", b",".join([b"x"] * 300) + b"\n1\n", "200 columns"),
        ("a.csv", b'title,year\n"' + b"x" * 200_000 + b'",1979\n', "longer than"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "no text"),
        ("a.csv", b"<html><script>alert(1)</script>", "no text"),
        ("a.csv", b"title,year\n\x81\x8d,1979\n", "Line"),
        ("a.csv", b"title\n" + b"x\n" * 50_001, "more than 50000 rows"),
        ("a.json", b"{}", "JSON list"),
        ("a.json", b'[{"title": "Alien", "year": 1979}', "no JSON"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'[{"title": NaN}]', "no JSON"),
        ("a.json", b'[{"year": ' + b"9" * 5000 + b"}]", "no JSON"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 60, "Save it as"),
        ("a.exe", b"MZ", "Choose a CSV"),
        ("../../etc/passwd", b"root", "Choose a CSV"),
        ("\u202etxt.csv" + "x" * 300, b"root", "Choose a CSV"),
    ],
)
def test_f31_f32_files_that_are_none_are_refused_in_words(
    manager: Client, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    response = upload(manager, content, name)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportRun.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_f31_a_file_that_is_too_large_is_not_read(manager: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("modules.console.imports.files.LARGEST_MB", 0)
    response = upload(manager, "title,year\nRan,1985\n")
    assert response.status_code == 422
    assert "larger than" in response.content.decode()


@pytest.mark.parametrize(
    "entry",
    [
        "x",
        5,
        None,
        {"title": "A\\u0000B", "year": 1980},
        {"title": {"x": 1}, "year": 1980},
        {"title": "A", "year": 1e999},
    ],
)
def test_f32_entries_that_no_database_can_keep_are_problems(manager: Client, entry: Any) -> None:
    text = json.dumps([{"title": "Ran", "year": 1985}, entry]).replace("\\\\u", "\\u").replace("Infinity", "1e999")
    run = checked(manager, text, "films.json")
    assert counts(manager, run) == [1, 0, 0, 1]


@pytest.mark.parametrize("title", ["=1+1", "-5", "@SUM(A1)", "<script>alert(1)</script>", "{{ 7*7 }}"])
def test_f32_formulas_and_markup_are_titles(manager: Client, title: str) -> None:
    run = imported(manager, f"title;year\n{title};1980\n")
    assert Film.objects.get().title == title
    assert "<script>alert" not in manager.get(page(run)).content.decode()
