"""The command palette: sources of entries that modules register; the console shows what they find."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

from modules.core.registry import Registry

Words = str | Promise


@dataclass(frozen=True)
class PaletteEntry:
    """Something to go to. `group` is the heading it stands under, `hint` what tells it from its namesakes."""

    title: Words
    url: str
    hint: Words = ""
    icon: str = "arrow_forward"
    """A name of Material Symbols."""
    group: Words = ""


Finder = Callable[[HttpRequest, str], Iterable[PaletteEntry]]
_finders: Registry[tuple[int, Finder]] = Registry("palette sources")


def palette_source(key: str, *, order: int = 50) -> Callable[[Finder], Finder]:
    """Register `function(request, term)`, which gives entries the person may open, best first and few.

    The term is stripped and may be empty: then only what is always useful is given.
    """

    def add(function: Finder) -> Finder:
        _finders.register(key, (order, function))
        return function

    return add


def palette_entries(request: HttpRequest, term: str) -> list[PaletteEntry]:
    """What all sources find, in their order."""
    finders = sorted(_finders.items(), key=lambda item: (item[1][0], item[0]))
    return [entry for _key, (_order, finder) in finders for entry in finder(request, " ".join(term.split()))]
