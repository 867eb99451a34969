"""Writing genres: no name stands twice, whatever its capitals and accents."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.text import fold
from modules.films.errors import GenreInUse, GenreKnown
from modules.films.models import Genre


def folded_name(names: Mapping[str, str]) -> str:
    """What makes a genre's name one of a kind: the English name, or else the first, folded."""
    return fold(names.get("en") or next(iter(names.values()), ""))[:80]


@transaction.atomic
def save_genre(*, genre: Genre, names: Mapping[str, str], actor: Actor, at: datetime, slug: str = "") -> Genre:
    """Add or rename a genre. Raises GenreKnown if another one has the name."""
    is_new = genre.pk is None
    require(actor, "films.add_genre" if is_new else "films.change_genre")
    before = dict(genre.name)
    genre.name = {language: name.strip() for language, name in names.items() if name.strip()}
    genre.folded_name = folded_name(genre.name)
    genre.slug = slug or genre.slug or slugify(genre.folded_name)[:60] or "genre"
    genre.revision += 0 if is_new else 1
    try:
        with transaction.atomic():
            genre.save()
    except IntegrityError:
        raise GenreKnown(name=next(iter(genre.name.values()), genre.slug)) from None
    changes = {"name": [before, genre.name]} if before != genre.name else {}
    audit(genre, "created" if is_new else "changed", actor=actor, at=at, changes=changes)
    return genre


@transaction.atomic
def remove_genre(*, genre: Genre, actor: Actor, at: datetime) -> None:
    """Delete a genre that no film carries."""
    require(actor, "films.delete_genre")
    if count := genre.films.count():
        raise GenreInUse(count=count)
    audit(genre, "deleted", actor=actor, at=at)
    genre.delete()
