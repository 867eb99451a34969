"""Writing films and their credits. Whatever a film is found by is derived here too."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit, changes_between
from modules.core.errors import Conflict
from modules.films.choices import Job
from modules.films.errors import FilmKnown
from modules.films.models import Credit, Film, Genre
from modules.films.rules.catalogue import free_slug, search_text, sort_title
from modules.films.services.people import people_named
from modules.films.services.search import reindex_films

FACTS = (
    "title",
    "original_title",
    "language",
    "countries",
    "year",
    "runtime",
    "tagline",
    "synopsis",
    "status",
    "popularity",
)
"""What people and imports may set on a film, and lock against imports, beside genres and credits."""
LOCKABLE = (*FACTS, "genres", "credits")


@dataclass(frozen=True)
class CreditFact:
    """Somebody's part in a film, by name."""

    name: str
    job: str = Job.ACTOR
    character: str = ""


@transaction.atomic
def create_film(
    *,
    title: str,
    year: int,
    actor: Actor,
    at: datetime,
    genres: Iterable[Genre] = (),
    credits: Sequence[CreditFact] = (),  # noqa: A002 - the noun of the domain
    **facts: Any,
) -> Film:
    """Add a film to the catalogue. Raises FilmKnown if one with this title and year is there."""
    require(actor, "films.add_film")
    film = prepared(Film(title=title, year=year, **facts))
    film.search_text = search_text(title, film.original_title, year, [credit.name for credit in credits])
    _save(film)
    film.genres.set(genres)
    _write_credits(film, credits)
    audit(film, "created", actor=actor, at=at)
    return film


def prepared(film: Film) -> Film:
    """The film with what follows from its facts: an address if it has none yet, and how it is filed."""
    if not film.slug:
        film.slug = free_slug(film.title, film.year, lambda slug: Film.objects.filter(slug=slug).exists())
    film.sort_title = sort_title(film.title, film.language)
    return film


@transaction.atomic
def edit_film(
    *, film: Film, changes: Mapping[str, Any], actor: Actor, at: datetime, revision: int | None = None, reason: str = ""
) -> Film:
    """Set facts of a film. `revision` is the one the editor saw: Conflict if somebody was quicker."""
    require(actor, "films.change_film")
    locked = Film.objects.select_for_update().get(pk=film.pk)
    if revision is not None and locked.revision != revision:
        raise Conflict
    before = {name: getattr(locked, name) for name in changes}
    for name, value in changes.items():
        if name not in FACTS and name != "locked_fields":
            raise ValueError(f"{name} is no fact of a film")
        setattr(locked, name, value)
    differences = changes_between(before, dict(changes))
    if not differences:
        return locked
    prepared(locked).revision += 1
    _save(locked)
    reindex_films([locked.pk])
    audit(locked, "changed", actor=actor, at=at, changes=differences, reason=reason)
    return locked


@transaction.atomic
def replace_credits(*, film: Film, credits: Sequence[CreditFact], actor: Actor, at: datetime) -> None:  # noqa: A002
    """Give a film these people, in this order."""
    require(actor, "films.change_film")
    before = list(film.credits.select_related("person").order_by("job", "position"))
    film.credits.all().delete()
    _write_credits(film, credits)
    reindex_films([film.pk])
    changes = {"credits": [[str(credit) for credit in before], [credit.name for credit in credits]]}
    audit(film, "credits_changed", actor=actor, at=at, changes=changes)


@transaction.atomic
def archive_film(*, film: Film, actor: Actor, at: datetime) -> None:
    """Take a film out of the shop; orders and history keep it."""
    require(actor, "films.delete_film")
    if Film.objects.filter(pk=film.pk, archived_at__isnull=True).update(
        archived_at=at, updated_at=at, revision=F("revision") + 1
    ):
        audit(film, "archived", actor=actor, at=at)


@transaction.atomic
def restore_film(*, film: Film, actor: Actor, at: datetime) -> None:
    """Put an archived film back into the shop."""
    require(actor, "films.delete_film")
    if Film.objects.filter(pk=film.pk, archived_at__isnull=False).update(
        archived_at=None, updated_at=at, revision=F("revision") + 1
    ):
        audit(film, "restored", actor=actor, at=at)


def _save(film: Film) -> None:
    """Save, and say in words when another film has the identity."""
    try:
        with transaction.atomic():
            film.save()
    except IntegrityError:
        if Film.objects.filter(title=film.title, year=film.year).exclude(pk=film.pk).exists():
            raise FilmKnown(title=film.title, year=film.year) from None
        raise


def _write_credits(film: Film, credits: Sequence[CreditFact]) -> None:  # noqa: A002
    people = people_named(credit.name for credit in credits)
    Credit.objects.bulk_create(
        [
            Credit(film=film, person=people[credit.name], job=credit.job, character=credit.character, position=position)
            for position, credit in enumerate(credits)
        ],
        ignore_conflicts=True,
    )
