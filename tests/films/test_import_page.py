"""Films imported on the page: from the upload to the undoing, by those who may."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as shop_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.console.imports_files import path_of, remove_old_files
from modules.console.models import ImportRun
from modules.core import outbox
from modules.core.choices import JobState
from modules.core.models import AuditEntry, Job, JobItem
from modules.films.models import Film, Genre, Person
from tests.factories.accounts import StaffFactory
from tests.factories.films import EditionFactory, FilmFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
NEW = "/console/imports/new/films.film/"
WIKIPEDIA = Path(shop_settings.SHARED_DATA_DIR) / "films" / "wikipedia_films_1980s.json"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def manager(client_of: ClientOf) -> Client:
    return client_of(StaffFactory(roles=["films.manager"]))


def upload(client: Client, text: str | bytes, name: str = "films.csv") -> Any:
    data = text.encode() if isinstance(text, str) else text
    return client.post(NEW, {"file": SimpleUploadedFile(name, data)})


def uploaded(client: Client, text: str | bytes, name: str = "films.csv") -> ImportRun:
    response = upload(client, text, name)
    assert response.status_code == 303, response.content.decode()
    return ImportRun.objects.latest("pk")


def page(run: ImportRun, what: str = "") -> str:
    return f"/console/imports/{run.pk}/{what}"


def guess(client: Client, run: ImportRun) -> dict[str, str]:
    """The form of the columns as the page offers it."""
    columns = client.get(page(run, "columns/")).context["columns"].columns
    return {f"column-{column.place}": column.tells for column in columns} | {"checks": str(run.checks)}


def checked(client: Client, text: str | bytes, name: str = "films.csv") -> ImportRun:
    run = uploaded(client, text, name)
    assert client.post(page(run, "columns/"), guess(client, run)).status_code == 303
    outbox.drain(rounds=200)
    run.refresh_from_db()
    assert run.check_job is not None
    assert run.check_job.state == JobState.DONE, run.check_job.error
    return run


def imported(client: Client, text: str | bytes, name: str = "films.csv", **choice: str) -> ImportRun:
    run = checked(client, text, name)
    return started(client, run, **choice)


def started(client: Client, run: ImportRun, **choice: str) -> ImportRun:
    assert client.post(page(run, "start/"), choice).status_code == 303
    outbox.drain(rounds=200)
    run.refresh_from_db()
    return run


def undone(client: Client, run: ImportRun) -> ImportRun:
    assert client.post(page(run, "undo/")).status_code == 303
    outbox.drain(rounds=200)
    run.refresh_from_db()
    return run


def counts(client: Client, run: ImportRun) -> list[int]:
    return [count.value for count in client.get(page(run)).context["counts"]]


def problems(client: Client, run: ImportRun) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in client.get(page(run)).context["problems"]]


def catalogue() -> list[Any]:
    fields = ("title", "year", "synopsis", "runtime", "genres__slug", "credits__person__name")
    return [sorted(map(str, Film.objects.values_list(*fields))), Person.objects.count(), Genre.objects.count()]


TABLE = """Título;Año;Sinopsis;Reparto;Género
Amélie;2001;Una camarera.;Audrey Tautou | Mathieu Kassovitz;Comedia
Ran;1985;;Tatsuya Nakadai;Drama
"""


# From the upload to the end


def test_a_table_of_windows_is_understood_checked_and_imported(manager: Client) -> None:
    run = uploaded(manager, TABLE.encode("cp1252"))
    shown = manager.get(page(run, "columns/"))
    assert [column.tells for column in shown.context["columns"].columns] == [
        "title", "year", "synopsis", "cast", "genres",
    ]  # fmt: skip
    assert "Audrey Tautou | Mathieu Kassovitz" in shown.content.decode()
    run = checked(manager, TABLE.encode("cp1252"))
    assert counts(manager, run) == [2, 0, 0, 0]
    assert not Film.objects.exists()
    assert not Person.objects.exists()
    assert "Windows-1252, semicolons" in manager.get(page(run)).content.decode()
    run = started(manager, run)
    assert counts(manager, run) == [2, 0, 0, 0]
    film = Film.objects.get(title="Amélie")
    assert (film.synopsis, film.credits.count(), film.genres.count()) == ("Una camarera.", 2, 1)
    assert AuditEntry.objects.filter(action="imported", record_type="console.import_run").count() == 1


def test_a_second_import_of_the_same_file_changes_nothing(manager: Client) -> None:
    imported(manager, TABLE)
    before = catalogue()
    run = checked(manager, TABLE)
    assert counts(manager, run) == [0, 0, 2, 0]
    assert "nothing to import" in manager.get(page(run)).content.decode()
    started(manager, run)
    assert catalogue() == before


def test_changes_are_shown_before_they_are_made_and_locked_fields_stay(manager: Client) -> None:
    film = FilmFactory(title="Alien", year=1979, synopsis="Ours.", runtime=116, locked_fields=["synopsis"])
    run = checked(manager, "title,year,synopsis,runtime\nAlien,1979,Theirs.,117\n")
    shown = manager.get(page(run))
    assert counts(manager, run) == [0, 1, 0, 0]
    assert shown.context["locked"] == 1
    (sample,) = shown.context["samples"]
    assert [(change.label, change.old, change.new) for change in sample.changes] == [
        ("Running time in minutes", "116", "117")
    ]
    assert sample.url.endswith(f"/films/film/{film.pk}/change/")
    started(manager, run)
    film.refresh_from_db()
    assert (film.synopsis, film.runtime) == ("Ours.", 117)


@pytest.mark.skipif(not WIKIPEDIA.exists(), reason="needs the shared data sets: set SHARED_DATA_DIR")
def test_real_entries_of_wikipedia_go_in_as_json_and_out_again(manager: Client) -> None:
    some = json.dumps(json.loads(WIKIPEDIA.read_text())[:150])
    run = imported(manager, some, "films.json")
    assert (Film.objects.count(), counts(manager, run)[0]) == (150, 150)
    film = Film.objects.get(title="Airplane!")
    assert film.external_ids == {"wikipedia": "Airplane!"}
    assert counts(manager, checked(manager, some, "films.json")) == [0, 0, 150, 0]
    undone(manager, run)
    assert catalogue() == [[], 0, 0]


# Bad rows


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
    from modules.console.imports import importers
    from modules.console.imports_files import rows_of

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
    monkeypatch.setattr("modules.console.imports_files.LARGEST_MB", 0)
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


# Columns


def test_columns_are_said_by_hand_and_remembered_for_the_next_file(manager: Client) -> None:
    run = uploaded(manager, "Werk;Jahrgang;x\nM;1931;1\n")
    assert guess(manager, run)["column-0"] == ""
    response = manager.post(page(run, "columns/"), {"column-1": "year", "checks": "0"})
    assert response.status_code == 422
    assert "No column tells: Title" in response.content.decode()
    twice = {"column-0": "title", "column-1": "year", "column-2": "year", "checks": "0"}
    response = manager.post(page(run, "columns/"), twice)
    assert (response.status_code, "tells the Year already" in response.content.decode()) == (422, True)
    assert manager.post(page(run, "columns/"), {**twice, "column-2": "evil"}).status_code == 422
    assert manager.post(page(run, "columns/"), {**twice, "column-2": ""}).status_code == 303
    again = uploaded(manager, "Werk;Jahrgang;x\nRan;1985;2\n")
    assert [guess(manager, again)[f"column-{place}"] for place in range(3)] == ["title", "year", ""]


def test_f25_a_second_press_checks_imports_and_undoes_once(manager: Client) -> None:
    run = uploaded(manager, TABLE)
    form = guess(manager, run)
    for _press in range(2):
        assert manager.post(page(run, "columns/"), form).status_code == 303
    outbox.drain(rounds=50)
    for _press in range(2):
        assert manager.post(page(run, "start/")).status_code == 303
    outbox.drain(rounds=50)
    for _press in range(2):
        assert manager.post(page(run, "undo/")).status_code == 303
    assert sorted(Job.objects.values_list("kind", flat=True)) == [
        "console.import_check", "console.import_run", "console.import_undo",
    ]  # fmt: skip


def test_nothing_goes_in_before_the_check_has_ended(manager: Client) -> None:
    run = uploaded(manager, TABLE)
    assert manager.post(page(run, "start/")).status_code == 302 or not Job.objects.exists()
    manager.post(page(run, "columns/"), guess(manager, run))
    response = manager.post(page(run, "start/"))
    assert (response.status_code, Job.objects.count()) == (409, 1)
    assert manager.post(page(run, "undo/")).status_code == 409


# Undo


def test_undo_takes_films_people_and_genres_away_again(manager: Client) -> None:
    before = catalogue()
    run = imported(manager, TABLE)
    assert "Undo this import" in manager.get(page(run)).content.decode()
    run = undone(manager, run)
    assert (catalogue(), counts(manager, run)) == (before, [2, 0, 0])
    assert AuditEntry.objects.filter(action="import_undone", record_type="films.film").count() == 2
    assert Film.objects.count() == 0


def test_undo_gives_old_values_back_unless_somebody_changed_them_since(manager: Client) -> None:
    kept, other = FilmFactory(title="Alien", year=1979, runtime=116), FilmFactory(title="Ran", year=1985, runtime=160)
    imported_text = (
        "title,year,runtime,synopsis,cast,genres\nAlien,1979,117,In space.,A|B,Horror\nRan,1985,162,War.,,\n"
    )
    before = list(kept.credits.values_list("person__name", "job")), list(kept.genres.values_list("slug"))
    run = imported(manager, imported_text)
    Film.objects.filter(pk=other.pk).update(runtime=170, synopsis="Ours.")
    Film.objects.filter(pk=kept.pk).update(synopsis="Ours too.")
    run = undone(manager, run)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.runtime, kept.synopsis, other.runtime, other.synopsis) == (116, "Ours too.", 170, "Ours.")
    assert (list(kept.credits.values_list("person__name", "job")), list(kept.genres.values_list("slug"))) == before
    assert counts(manager, run) == [0, 1, 1]
    text = manager.get(page(run)).content.decode()
    assert "It has been changed since: Running time in minutes, Synopsis." in text
    assert "Stays, because it was changed since: Synopsis." in text


def test_undo_leaves_new_films_on_which_something_hangs(manager: Client) -> None:
    run = imported(manager, TABLE)
    EditionFactory(film=Film.objects.get(title="Ran"))
    Film.objects.filter(title="Amélie").update(revision=2)
    run = undone(manager, run)
    assert (Film.objects.count(), counts(manager, run)) == (2, [0, 0, 2])


def test_only_the_last_import_can_be_undone(manager: Client) -> None:
    first = imported(manager, TABLE)
    second = imported(manager, "title,year\nM,1931\n")
    assert manager.post(page(first, "undo/")).status_code == 409
    undone(manager, second)
    undone(manager, first)
    assert Film.objects.count() == 0


def test_a_stopped_import_can_go_on_or_be_undone(manager: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("modules.core.job_runs.DELIVERY_SECONDS", 0)
    run = checked(manager, "title,year\n" + "".join(f"Film {n},1980\n" for n in range(60)))
    manager.post(page(run, "start/"))
    outbox.drain(rounds=1)
    assert manager.post(page(run, "stop/")).status_code == 303
    outbox.drain(rounds=5)
    some = Film.objects.count()
    assert 0 < some < 60
    assert "Go on" in manager.get(page(run)).content.decode()
    assert manager.post(page(run, "resume/")).status_code == 303
    outbox.drain(rounds=100)
    assert Film.objects.count() == 60
    undone(manager, run)
    assert Film.objects.count() == 0


# Who, where, how long


def test_f37_only_who_may_import_sees_any_of_it(manager: Client, client_of: ClientOf) -> None:
    run = checked(manager, TABLE)
    clerk = client_of(StaffFactory(roles=["films.clerk"]))
    assert clerk.get(NEW).status_code == 403
    assert upload(clerk, TABLE).status_code == 403
    assert clerk.get("/console/imports/").status_code == 403
    for what in ("", "columns/", "problems.csv"):
        assert clerk.get(page(run, what)).status_code == 404
    for what in ("columns/", "start/", "undo/", "stop/", "resume/"):
        assert clerk.post(page(run, what)).status_code == 404
    assert "Import…" not in clerk.get("/console/films/film/").content.decode()
    assert manager.get("/console/imports/new/films.order/").status_code == 404


def test_the_import_is_offered_where_its_records_are(manager: Client) -> None:
    assert NEW in manager.get("/console/films/film/").content.decode()
    assert NEW in manager.get("/console/palette/?q=import").content.decode()
    assert "/console/imports/" in manager.get("/console/").content.decode()


def test_the_list_says_who_imported_what_and_finds_it(manager: Client) -> None:
    assert "Nothing imported yet" in manager.get("/console/imports/").content.decode()
    imported(manager, TABLE, "august.csv")
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert "2 added" in manager.get("/console/imports/").content.decode()
    uploaded(manager, TABLE, "september.csv")
    checked(manager, TABLE, "october.csv")
    with CaptureQueriesContext(connection) as three:
        manager.get("/console/imports/")
    assert len(one) == len(three)
    found = manager.get("/console/imports/?q=sept").content.decode()
    assert ("september.csv" in found, "august.csv" in found) == (True, False)
    found = manager.get("/console/imports/?state=imported").content.decode()
    assert ("september.csv" in found, "august.csv" in found) == (False, True)
    assert "No import matches" in manager.get("/console/imports/?q=nothing").content.decode()


def test_files_lie_under_random_names_and_go_after_thirty_days(manager: Client, at: datetime) -> None:
    run = checked(manager, TABLE, "secret prices.csv")
    assert "secret" not in run.stored
    path = path_of(run.stored)
    assert remove_old_files(at=run.at + timedelta(days=29)) == 0
    assert path.exists()
    assert remove_old_files(at=run.at + timedelta(days=31)) == 1
    assert not path.exists()
    assert manager.post(page(run, "start/")).status_code == 409
    assert JobItem.objects.filter(job=run.check_job).exists()


def test_who_directed_stays_when_a_file_tells_the_cast_alone(manager: Client) -> None:
    imported(manager, "title,year,cast,director\nThe General,1926,Buster Keaton|Marion Mack,Clyde Bruckman\n")
    run = imported(manager, "title,year,cast\nThe General,1926,Buster Keaton\n")
    parts = Film.objects.get().credits.order_by("job").values_list("person__name", "job")
    assert list(parts) == [("Buster Keaton", "actor"), ("Clyde Bruckman", "director")]
    undone(manager, run)
    assert Film.objects.get().credits.count() == 3
