"""Taking an import back: what goes, what comes back, what stays."""

from typing import Any

import pytest
from django.test import Client

from modules.core import outbox
from modules.core.models import AuditEntry
from modules.films.models import Film
from tests.factories.films import EditionFactory, FilmFactory
from tests.films.importing import TABLE, catalogue, checked, counts, imported, page, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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
