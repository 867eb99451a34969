"""What tests of the import page do in one word each: upload, check, import, undo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings as shop_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modules.console.models import ImportRun
from modules.core import outbox
from modules.core.choices import JobState
from modules.films.models import Film, Genre, Person

ClientOf = Callable[[Any], Client]
NEW = "/console/imports/new/films.film/"
WIKIPEDIA = Path(shop_settings.SHARED_DATA_DIR) / "films" / "wikipedia_films_1980s.json"


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
