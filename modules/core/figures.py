"""True figures for the start page of the staff: each module declares its own, each leads to the records behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

from modules.core.registry import Registry

Words = str | Promise


@dataclass(frozen=True)
class Figure:
    """A number in the reader's words, and the list that shows exactly what it counts."""

    title: Words
    value: str
    url: str
    icon: str = "tag"
    tone: str = "neutral"
    note: Words = ""


Measure = Callable[[HttpRequest], Figure | None]
_measures: Registry[tuple[int, Measure]] = Registry("figures")


def figure(key: str, *, order: int = 50) -> Callable[[Measure], Measure]:
    """Register `function(request)`, which gives a Figure or, where the person has no right to it, nothing."""

    def add(function: Measure) -> Measure:
        _measures.register(key, (order, function))
        return function

    return add


def figures_for(request: HttpRequest) -> list[Figure]:
    """Every figure this person may see, in order."""
    measures = sorted(_measures.items(), key=lambda item: (item[1][0], item[0]))
    return [shown for _key, (_order, measure) in measures if (shown := measure(request)) is not None]
