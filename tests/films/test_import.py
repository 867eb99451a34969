"""Importing: real files, bad files (F32), locks, twins, and a second run that changes nothing."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Sum

from modules.core.actors import SYSTEM
from modules.core.models import AuditEntry
from modules.core.money import Money
from modules.films.forms.imports import Unreadable, read_source
from modules.films.forms.imports.sakila import title_case
from modules.films.models import Credit, Edition, Film, Genre, Person, StockLevel, StockMovement
from modules.films.rules.imports import FilmRow, ImportReport, RowProblem
from modules.films.selectors.stock import levels_out_of_step
from modules.films.services.films import edit_film
from modules.films.services.imports import import_films

pytestmark = pytest.mark.django_db

DATA = Path(settings.SHARED_DATA_DIR) / "films"
WIKIPEDIA, SAKILA = DATA / "wikipedia_films_1980s.json", DATA / "sakila"
needs_data = pytest.mark.skipif(not WIKIPEDIA.exists(), reason="needs the shared data sets: set SHARED_DATA_DIR")


def run(path: Path, *, at: datetime, dry_run: bool = False, **options: Any) -> ImportReport:
    source = options.get("profile") or path.name
    return import_films(rows=read_source(path, **options), source=source, actor=SYSTEM, at=at, dry_run=dry_run)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def places(report: ImportReport) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in report.problems]


def snapshot() -> list[Any]:
    rows: list[Any] = [sorted(model.objects.values_list()) for model in (Person, StockMovement)]
    rows += [sorted(Credit.objects.values_list("film__title", "film__year", "person__name", "job", "position"))]
    rows += [sorted(map(str, model.objects.values_list())) for model in (Film, Genre, Edition, StockLevel)]
    return [*rows, AuditEntry.objects.count()]


# Real data


@needs_data
def test_acceptance_8_all_of_wikipedia_twice_with_a_locked_synopsis(at: datetime) -> None:
    first = run(WIKIPEDIA, at=at)
    assert (first.created, first.updated, first.problems) == (2272, 0, [])
    assert len(first.suspects) == 15
    film = Film.objects.get(title="Airplane!", year=1980)
    assert sorted(genre.slug for genre in film.genres.all()) == ["comedy", "satire"]
    edit_film(film=film, changes={"synopsis": "Ours.", "locked_fields": ["synopsis", "genres"]}, actor=SYSTEM, at=at)
    before = snapshot()
    second = run(WIKIPEDIA, at=at)
    assert (second.created, second.updated, second.unchanged, len(second.suspects)) == (0, 0, 2272, 15)
    assert snapshot() == before
    film.refresh_from_db()
    assert film.synopsis == "Ours."


@needs_data
def test_sakila_brings_every_copy_once(at: datetime) -> None:
    first = run(SAKILA, at=at, profile="sakila")
    assert (first.created, first.editions_added, first.copies_received, first.problems) == (1000, 2000, 4581, [])
    by_place = dict(StockLevel.objects.order_by().values_list("location__slug").annotate(Sum("on_hand")))
    assert by_place == {"store-1": 2270, "store-2": 2311}
    without_copies = Edition.objects.physical().exclude(stock__on_hand__gt=0).count()
    assert without_copies == 42
    film = Film.objects.get(title="Academy Dinosaur")
    assert (film.year, film.language, film.runtime) == (2006, "en", 86)
    assert film.certifications.get().code == "PG"
    assert "Penelope Guiness" in [credit.person.name for credit in film.credits.all()]
    prices = {edition.format: edition.price for edition in film.editions.all()}
    assert prices == {"dvd": Money(2099, "EUR"), "digital": Money(99, "EUR")}
    before = snapshot()
    second = run(SAKILA, at=at, profile="sakila")
    assert (second.unchanged, second.editions_added, second.copies_received) == (1000, 0, 0)
    assert snapshot() == before
    assert levels_out_of_step() == []


@needs_data
def test_the_command_reports_in_json_and_a_dry_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_films", str(WIKIPEDIA), "--dry-run", "--report", "json")
    report = json.loads(capsys.readouterr().out)
    assert (report["created"], report["dry_run"], len(report["suspects"])) == (2272, True, 15)
    assert Film.objects.count() == 0


# Matching


def test_an_import_changes_what_it_tells_and_leaves_the_rest(tmp_path: Path, at: datetime) -> None:
    run(written(tmp_path / "a.csv", "title,year,runtime,genre,cast\nAlien,1979,116,Horror,A|B\n"), at=at)
    second = run(written(tmp_path / "b.csv", "title,year,runtime,cast,synopsis\nAlien,1979,117,,In space.\n"), at=at)
    film = Film.objects.get()
    assert (second.updated, film.runtime, film.synopsis) == (1, 117, "In space.")
    assert [credit.person.name for credit in film.credits.order_by("position")] == ["A", "B"]
    assert [genre.slug for genre in film.genres.all()] == ["horror"]
    trail = AuditEntry.objects.filter(record_id=film.pk).order_by("id").values_list("action", "changes")
    assert list(trail) == [("imported", {}), ("changed", {"runtime": [116, 117], "synopsis": ["", "In space."]})]


def test_locked_fields_survive_every_import(tmp_path: Path, at: datetime) -> None:
    run(written(tmp_path / "a.csv", "title,year,genre,cast\nAlien,1979,Horror,A\n"), at=at)
    edit_film(
        film=Film.objects.get(),
        changes={"synopsis": "Ours.", "locked_fields": ["synopsis", "credits"]},
        actor=SYSTEM,
        at=at,
    )
    report = run(written(tmp_path / "b.csv", "title,year,cast,synopsis,runtime\nAlien,1979,B,Theirs.,117\n"), at=at)
    film = Film.objects.get()
    assert (film.synopsis, film.runtime, report.locked) == ("Ours.", 117, 1)
    assert [credit.person.name for credit in film.credits.all()] == ["A"]


def test_genres_of_other_names_are_ours(tmp_path: Path, at: datetime) -> None:
    Genre.objects.create(slug="science-fiction", name={"en": "Science Fiction"}, folded_name="science fiction")
    run(written(tmp_path / "a.csv", "title,year,genres\nAlien,1979,Sci-Fi|HORROR\nRan,1985,horror\n"), at=at)
    assert sorted(Genre.objects.values_list("slug", flat=True)) == ["horror", "science-fiction"]


def test_prices_and_copies_of_known_editions_stay_as_the_shop_set_them(at: datetime) -> None:
    from modules.films.rules.imports import EditionRow

    def row(price: int, copies: int) -> FilmRow:
        edition = EditionRow("X-1", "dvd", Money(price, "EUR"), copies={"shop": copies})
        return FilmRow(1, "Alien", 1979, editions=(edition,))

    for price, copies in ((1000, 2), (900, 3)):
        import_films(rows=[row(price, copies)], source="list", actor=SYSTEM, at=at)
    assert (Edition.objects.get().price, StockLevel.objects.get().on_hand) == (Money(1000, "EUR"), 3)
    stolen = FilmRow(7, "Aliens", 1986, editions=row(1, 9).editions)
    report = import_films(rows=[stolen], source="list", actor=SYSTEM, at=at)
    assert (places(report), StockLevel.objects.get().on_hand) == ([(7, "sku")], 3)


def test_twins_are_listed_and_not_merged(tmp_path: Path, at: datetime) -> None:
    entries = [
        {"title": "Omen III", "year": 1981, "href": "Omen"},
        {"title": "The Final Conflict", "year": 1981, "href": "Omen"},
        {"title": "Prison", "year": 1987, "href": "Prison_(1987)"},
        {"title": "Prison", "year": 1988, "href": "Prison_(1988)"},
        {"title": "Trapped", "year": 1982, "href": None},
        {"title": "TRAPPED!", "year": 1983, "href": None},
        {"title": "Trapped", "year": 1989, "href": None},
    ]
    report = run(written(tmp_path / "films.json", json.dumps(entries)), at=at)
    pairs = [(twin.title, twin.year, twin.other_title, twin.other_year) for twin in report.suspects]
    assert pairs == [("The Final Conflict", 1981, "Omen III", 1981), ("TRAPPED!", 1983, "Trapped", 1982)]
    assert Film.objects.count() == 7


# F32: bad files


BROKEN = """title;year;runtime
Alien;1979;117
Ran;19x5;
Ikiru;1952;long
;1950;
M;1731;
Alien;1979;
Jaws;1975;124;;;
Tootsie;1982;116
"""


def test_f32_rows_that_cannot_be_read_are_named_and_nothing_else_fails(tmp_path: Path, at: datetime) -> None:
    path = written(tmp_path / "films.csv", BROKEN)
    dry = run(path, at=at, dry_run=True)
    assert Film.objects.count() == 0
    real = run(path, at=at)
    expected = [(3, "year"), (4, "runtime"), (5, "title"), (6, "year"), (7, "title"), (8, "")]
    assert (places(dry), places(real)) == (expected, expected)
    assert sorted(Film.objects.values_list("title", flat=True)) == ["Alien", "Tootsie"]
    assert "line 2" in real.problems[4].words
    before = snapshot()
    run(path, at=at)
    assert snapshot() == before


def test_f32_the_error_at_row_9999_is_found_there(tmp_path: Path) -> None:
    rows = [f"Film {number},1980" for number in range(2, 10_001)]
    rows[9_997] = "Broken,yesterday"
    found = list(read_source(written(tmp_path / "long.csv", "title,year\n" + "\n".join(rows))))
    assert [row.line for row in found if isinstance(row, RowProblem)] == [9_999]
    assert len(found) == 9_999


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_f32_tables_as_people_save_them(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f'Título{mark}Año{mark}Reparto\r\n"Amélie"{mark}2001{mark}Audrey Tautou | Mathieu Kassovitz\r\n'
    (row,) = read_source(written(tmp_path / "films.csv", text, encoding))
    assert isinstance(row, FilmRow)
    assert (row.title, row.year) == ("Amélie", 2001)
    assert [credit.name for credit in row.credits] == ["Audrey Tautou", "Mathieu Kassovitz"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", "empty"),
        ("a.csv", "Alien,1979\nRan,1985\n", "must name the columns"),
        ("a.csv", "title,length\nAlien,117\n", "year"),
        ("a.csv", "title,year,Title\nAlien,1979,x\n", "two columns tell the title"),
        ("a.csv", ",".join(["x"] * 1_000_000), "longer than"),
        ("a.csv", ",".join(["x"] * 300), "200 columns"),
        ("a.csv", 'title,year\n"' + "x" * 200_000 + '",1979\n', "longer than"),
        ("a.json", "{}", "expected a JSON list"),
        ("a.json", '[{"title": "Alien", "year": 1979}', "no JSON"),
        ("a.json", '[{"title": "Alien" "year": 1979}]', "no JSON"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.exe", "MZ", "neither JSON nor CSV"),
    ],
)
def test_f32_files_that_are_none_are_refused_in_words(tmp_path: Path, name: str, content: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        list(read_source(written(tmp_path / name, content)))


def test_f32_a_file_that_breaks_off_leaves_nothing_behind(tmp_path: Path, at: datetime) -> None:
    text = '[{"title": "Alien", "year": 1979}, {"title": "Ran", "year": 1985}'
    with pytest.raises(Unreadable):
        run(written(tmp_path / "films.json", text), at=at)
    assert Film.objects.count() == 0


@pytest.mark.parametrize("title", ["=1+1", "+1", "-5", "@SUM(A1)", "=HYPERLINK(“x”)", "<script>alert(1)</script>"])
def test_f32_formula_cells_are_titles(tmp_path: Path, at: datetime, title: str) -> None:
    run(written(tmp_path / "films.csv", f"title;year\n{title};1980\n"), at=at)
    assert Film.objects.get().title == title


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        ("x", ""),
        ({"title": 5, "year": 1980}, "title"),
        ({"title": "A\0B", "year": 1980}, "title"),
        ({"title": "A", "year": "1980-05-01"}, "year"),
        ({"title": "A", "year": True}, "year"),
        ({"title": "A", "year": 1980.5}, "year"),
        ({"title": "A", "year": 1980, "cast": "Somebody"}, "cast"),
        ({"title": "A", "year": 1980, "cast": ["B", 7]}, "cast"),
        ({"title": "A", "year": 1980, "cast": ["x" * 121]}, "cast"),
        ({"title": "A", "year": 1980, "genres": [["Drama"]]}, "genres"),
        ({"title": "A", "year": 1980, "countries": ["Spain"]}, "countries"),
        ({"title": "x" * 201, "year": 1980}, "title"),
    ],
)
def test_f32_json_entries_that_are_no_films_are_named(tmp_path: Path, entry: Any, column: str) -> None:
    text = json.dumps([{"title": "Alien", "year": 1979}, entry], indent=0)
    first, second = read_source(written(tmp_path / "films.json", text))
    assert isinstance(first, FilmRow)
    assert isinstance(second, RowProblem)
    assert (second.line, second.column) == (6, column)


def test_columns_can_be_named_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path / "films.csv", "Werk;Jahr;Regie\nM;1931;Fritz Lang\n")
    (row,) = read_source(path, mapping={"Werk": "title", "Regie": "directors"})
    assert isinstance(row, FilmRow)
    assert (row.title, row.credits[0].job) == ("M", "director")
    for wrong in ({"Work": "title"}, {"Werk": "rating"}):
        with pytest.raises(Unreadable):
            list(read_source(path, mapping=wrong))


def test_a_profile_reads_a_folder_that_is_complete(tmp_path: Path) -> None:
    for path, profile, words in (
        (tmp_path, "", "--profile"),
        (tmp_path, "sakila", "no "),
        (tmp_path / "none.csv", "", "there is no file"),
        (tmp_path, "imdb", "no profile"),
    ):
        with pytest.raises(Unreadable, match=words):
            list(read_source(path, profile=profile))


def test_the_command_says_what_it_did_or_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_films", str(written(tmp_path / "films.csv", BROKEN)))
    told = capsys.readouterr().out
    assert "Films: 2 added" in told
    assert "line 3: year: expected a year with four digits, found “19x5”" in told
    with pytest.raises(CommandError, match="there is no file"):
        call_command("import_films", str(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("shouted", "title"),
    [("ACADEMY DINOSAUR", "Academy Dinosaur"), ("LORD OF THE X-RAYS", "Lord of the X-Rays"), ("THE END", "The End")],
)
def test_titles_in_capitals_become_titles(shouted: str, title: str) -> None:
    assert title_case(shouted) == title
