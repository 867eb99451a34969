"""Named places on pages that modules above fill: workflow buttons, the bell, the basket, panels of a record.

Known places: `portal.header`, `portal.record.actions`, `portal.record.timeline`, `portal.record.aside`,
`console.header`, `console.record.side`, `console.record.below`, `console.home`, `console.list.views` (facts: `model`,
the tabs beside a list's table, such as its board), `console.list.tools` (fact: `opts`, buttons above
a list), `console.job.actions` (fact: `job`).
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

Filler = Callable[..., str | None]

_fillers: dict[str, list[tuple[int, str, Filler]]] = defaultdict(list)


def fill(slot: str, *, order: int = 50) -> Callable[[Filler], Filler]:
    """Fill a slot with `function(request, **facts)`, which returns safe HTML or nothing; low orders come first."""

    def add(function: Filler) -> Filler:
        entry = (order, f"{function.__module__}.{function.__qualname__}", function)
        if all(known[1] != entry[1] for known in _fillers[slot]):
            _fillers[slot].append(entry)
            _fillers[slot].sort(key=lambda known: known[:2])
        return function

    return add


def render_slot(slot: str, request: HttpRequest, **facts: Any) -> SafeString:
    """What all fillers of a slot have to show, in order. Fillers render templates, so their output is safe."""
    shown = (function(request, **facts) for _, _, function in _fillers[slot])
    return mark_safe("".join(part for part in shown if part))  # noqa: S308
