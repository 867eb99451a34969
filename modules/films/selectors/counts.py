"""Counts of films: exact and fresh while a catalogue is small, capped and up to a minute old when it is large.

A large catalogue shows thousands of films beside each filter; nobody notices one more or less for a minute, but
everybody would notice counting a hundred thousand rows for each page. The films of a page are never remembered.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

from modules.films.models import Film

COUNT_CAP = 10_000
"""Films beyond these are not counted for the heading and not paged to; a search or a filter finds them."""
REMEMBERED = 60
"""Seconds."""


def capped_count(films: QuerySet[Film]) -> int:
    """How many films there are; one more than the cap stands for all larger numbers."""
    return films.order_by().values("pk")[: COUNT_CAP + 1].count()


def is_large(size: int) -> bool:
    """Whether a list of this size is beyond what is counted."""
    return size > COUNT_CAP


def remembered(counts: Mapping[str, Callable[[], Any]], *, large: bool) -> dict[str, Any]:
    """The counts by their keys: those of a large catalogue from the last minute's, where somebody asked for them."""
    if not large:
        return {key: count() for key, count in counts.items()}
    keys = {key: f"films.counts:{key}" for key in counts}
    known = cache.get_many(keys.values())
    fresh = {keys[key]: count() for key, count in counts.items() if keys[key] not in known}
    if fresh:
        cache.set_many(fresh, REMEMBERED)
    known |= fresh
    return {key: known[keys[key]] for key in counts}


class FilmPaginator(Paginator):
    """Pages of a list whose size is known, or known to be beyond the cap."""

    def __init__(self, films: Any, per_page: int, *, size: int) -> None:
        super().__init__(films, per_page)
        self.size = size

    @cached_property
    def count(self) -> int:
        return min(self.size, COUNT_CAP)

    @property
    def is_capped(self) -> bool:
        return is_large(self.size)
