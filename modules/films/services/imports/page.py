"""Films of an import that somebody runs in the console: written a few at a time, and taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit, record_type
from modules.core.models import Attachment, AuditEntry, Comment
from modules.films.errors import StaysAsItIs
from modules.films.models import Credit, Film, Genre, Person
from modules.films.rules.catalogue import sort_title
from modules.films.rules.imports import FilmRow, ImportReport, Written
from modules.films.services.imports.films import FilmWriter, parts_of
from modules.films.services.people import people_named
from modules.films.services.search import reindex_films

RELATIONS = ("genres", "credits")


def write_films(rows: Sequence[FilmRow], *, actor: Actor, at: datetime) -> list[Written]:
    """Write films and say of each row what it did. No film may stand in `rows` twice."""
    require(actor, "films.import_films")
    writer = FilmWriter(ImportReport(), actor=actor, at=at)
    writer.write(rows)
    return [writer.written[row.identity] for row in rows]


def take_back_new_film(*, film_id: int, actor: Actor, at: datetime) -> None:
    """Remove a film that an import has added, with people and genres that nobody but imports ever touched.

    StaysAsItIs when somebody has changed it since, or something hangs on it.
    """
    require(actor, "films.import_films")
    film = Film.objects.select_for_update().filter(pk=film_id).first()
    if film is None:
        raise StaysAsItIs(_("It is not there any more."))
    if film.editions.exists():
        raise StaysAsItIs(_("It has editions by now. Archive it on its page if it should not be sold."))
    about = {"record_type": record_type(film), "record_id": film.pk}
    if Comment.objects.filter(**about).exists() or Attachment.objects.filter(**about).exists():
        raise StaysAsItIs(_("It has comments or files by now. Archive it on its page if it should not be shown."))
    if film.revision != 1 or AuditEntry.objects.filter(**about).exclude(action="imported").exists():
        raise StaysAsItIs(_("It has been changed since. Archive it on its page if it should not be shown."))
    people = list(film.credits.values_list("person_id", flat=True))
    genres = list(film.genres.values_list("pk", flat=True))
    audit(film, "import_undone", actor=actor, at=at)
    film.delete()
    _remove_unused(Person.objects.filter(pk__in=people, credits__isnull=True, revision=1))
    _remove_unused(Genre.objects.filter(pk__in=genres, films__isnull=True, revision=1))


def _remove_unused(rows: Any) -> None:
    """Delete what no person of the shop has ever made or changed."""
    for row in rows:
        about = {"record_type": record_type(row), "record_id": row.pk}
        is_known = any(model.objects.filter(**about).exists() for model in (AuditEntry, Comment, Attachment))
        if not is_known and not (isinstance(row, Genre) and len(row.name) > 1):
            row.delete()


def take_back_changes(*, film_id: int, changes: Mapping[str, Sequence[Any]], actor: Actor, at: datetime) -> list[str]:
    """Give a film back what an import has changed; the names of fields that others have changed since and that stay."""
    require(actor, "films.import_films")
    film = Film.objects.select_for_update().filter(pk=film_id).first()
    if film is None:
        raise StaysAsItIs(_("It is not there any more."))
    current = {name: _value(film, name) for name in changes}
    back = {name: old for name, (old, new) in changes.items() if current[name] == new}
    stays = sorted(str(capfirst(_label(name))) for name in changes if name not in back)
    if not back:
        raise StaysAsItIs(_("It has been changed since: {fields}."), fields=", ".join(stays))
    _set(film, back)
    audit(
        film, "import_undone", actor=actor, at=at,
        changes={name: [_shown(name, current[name]), _shown(name, old)] for name, old in back.items()},
    )  # fmt: skip
    return stays


def _value(film: Film, name: str) -> Any:
    if name == "genres":
        return sorted(film.genres.values_list("slug", flat=True))
    if name == "credits":
        return parts_of(film.credits.select_related("person"))
    return getattr(film, name)


def _label(name: str) -> str:
    return _("people") if name == "credits" else str(getattr(Film._meta.get_field(name), "verbose_name", name))


def _shown(name: str, value: Any) -> Any:
    return [part[0] for part in value] if name == "credits" else value


def _set(film: Film, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in RELATIONS:
            setattr(film, name, value)
    film.sort_title = sort_title(film.title, film.language)
    film.revision += 1
    film.save()
    if "genres" in values:
        film.genres.set(Genre.objects.filter(slug__in=values["genres"]))
    if "credits" in values:
        people = people_named(name for name, *_rest in values["credits"])
        film.credits.all().delete()
        places: dict[str, int] = {}
        for name, job, character in values["credits"]:
            places[job] = places.get(job, -1) + 1
            Credit.objects.create(
                film=film, person=people[name], job=job, character=character, position=places[job]
            )  # fmt: skip
    reindex_films([film.pk])
