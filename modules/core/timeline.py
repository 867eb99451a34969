"""One story of a record from all modules: history, comments, messages, payments, files.

A module registers a source for the kinds of records it knows; faces show the merged items, newest first.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from modules.core.registry import Registry

Words = str | Promise
Gatherer = Callable[[HttpRequest, Any], Iterable["TimelineItem"]]

NEWEST = 100
"""So many items of each source a page tells; sources stop there too."""


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. `html` is safe and rendered by its source; `text` is plain and escaped by the page."""

    at: datetime
    title: Words
    text: str = ""
    who: str = ""
    icon: str = ""
    tone: str = ""
    url: str = ""
    html: str = ""
    place: int = 0
    """Orders items of the same moment, the higher the newer: mostly the row's id."""
    kind: str = ""
    """The key of its source; `timeline_of` fills it in."""


@dataclass(frozen=True)
class TimelineSource:
    """A kind of items with its words and a heroicon, and who gathers them: `function(request, record)`, newest first.

    It asks the rights of the person itself and gives nothing where there are none.
    """

    key: str
    title: Words
    icon: str
    gather: Gatherer
    order: int


_sources: Registry[TimelineSource] = Registry("timeline sources")


def timeline_source(key: str, title: Words, *, icon: str = "", order: int = 50) -> Callable[[Gatherer], Gatherer]:
    """Register a function as a source of the console's timeline."""

    def add(function: Gatherer) -> Gatherer:
        _sources.register(key, TimelineSource(key, title, icon, function, order))
        return function

    return add


def timeline_sources() -> list[TimelineSource]:
    """The known sources, in order."""
    return sorted(_sources, key=lambda source: (source.order, source.key))


def timeline_of(request: HttpRequest, record: Any, kinds: Collection[str] = ()) -> list[TimelineItem]:
    """What happened to a record, newest first; only some kinds where `kinds` names them."""
    wanted = [source for source in timeline_sources() if not kinds or source.key in kinds]
    items = [replace(item, kind=source.key) for source in wanted for item in source.gather(request, record)]
    return sorted(items, key=lambda item: (item.at, item.place), reverse=True)
