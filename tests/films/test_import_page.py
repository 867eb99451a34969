"""Films imported on the page: from the upload to the undoing, by those who may."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.console.imports.files import path_of, remove_old_files
from modules.core import outbox
from modules.core.models import AuditEntry, Job, JobItem
from modules.films.models import Film, Person
from tests.factories.accounts import StaffFactory
from tests.factories.films import FilmFactory
from tests.films.importing import (
    NEW,
    TABLE,
    WIKIPEDIA,
    ClientOf,
    catalogue,
    checked,
    counts,
    guess,
    imported,
    page,
    started,
    undone,
    upload,
    uploaded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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
