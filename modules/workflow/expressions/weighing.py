"""How much work an expression may make for the values it is given, reckoned before it runs.

The evaluator counts the turns of its loops (10,000), but not what a turn costs: a list that is built by `map` is copied
in every turn, texts are joined, patterns are tried. This walks the expression with the sizes of its values and refuses
what could come to more than `MOST_STEPS`; a step is some 30 nanoseconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from modules.workflow.expressions.errors import TooLarge
from modules.workflow.expressions.tree import Node

MOST_STEPS = 3_000_000
LONGEST_PATTERN = 100
MOST_REPETITION = 20
"""What the counted repetitions of a pattern may come to, multiplied."""
_COUNTED = re.compile(r"\{(\d*),?(\d*)\}")


_SCALAR = frozenset({
    "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "!_", "@in", "@not_strictly_false", "contains",
    "startsWith", "endsWith", "size", "int", "double",
})  # fmt: skip
"""Functions that give no text and no list."""


@dataclass(frozen=True)
class Size:
    """An upper bound of a value: characters or entries, and the size of the largest entry."""

    count: float = 1
    inner: "Size | None" = None

    @property
    def entry(self) -> "Size":
        return self.inner or ONE

    @property
    def whole(self) -> float:
        return self.count * (self.inner.whole if self.inner else 1)


ONE = Size()


def size_of(value: Any) -> Size:
    """The size of a plain value."""
    if isinstance(value, str):
        return Size(len(value))
    if isinstance(value, list | dict):
        entries = [size_of(entry) for entry in (value.values() if isinstance(value, dict) else value)]
        return Size(len(entries), largest(*entries))
    return ONE


def largest(*sizes: Size) -> Size:
    """A size that none of the given is beyond."""
    if not sizes:
        return ONE
    inner = [size.inner for size in sizes if size.inner is not None]
    return Size(max(size.count for size in sizes), largest(*inner) if inner else None)


def weigh(tree: Node, sizes: Mapping[str, Size]) -> float:
    """The steps that an expression may take at most; TooLarge where that is too many."""
    scales = _Scales()
    scales.put(tree, sizes)
    return scales.steps


class _Scales:
    def __init__(self) -> None:
        self.steps = 0.0

    def add(self, steps: float) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooLarge(_("This expression would take too long for these values."))

    def put(self, node: Node, sizes: Mapping[str, Size]) -> Size:
        """Count a node's steps; the size of what it gives."""
        self.add(3)
        if node.kind == "name":
            return sizes.get(node.name, ONE)
        if node.kind == "const":
            return size_of(node.value)
        if node.kind == "loop":
            return self._loop(node, sizes)
        parts = [self.put(part, sizes) for part in node.parts]
        if node.kind == "select":
            return parts[0].entry
        if node.kind == "call":
            return self._call(node, parts)
        return Size(len(parts), largest(*parts))

    def _call(self, node: Node, parts: list[Size]) -> Size:
        match node.name:
            case "_+_" if len(parts) == 2:
                self.add(sum(part.count if part.inner else part.count / 10 for part in parts))
                inner = [part.inner for part in parts if part.inner is not None]
                return Size(parts[0].count + parts[1].count, largest(*inner) if inner else None)
            case "_?_:_":
                return largest(*parts[1:])
            case "_[_]" | "_[?_]":
                return parts[0].entry
            case "matches":
                self.add(parts[0].count * weight_of_pattern(node.parts[1]) / 3)
                return ONE
            case _:
                self.add(sum(part.whole for part in parts) / 5)
                return ONE if node.name in _SCALAR else largest(*parts)

    def _loop(self, node: Node, sizes: Mapping[str, Size]) -> Size:
        source, start, condition, step, result = node.parts
        turns = self.put(source, sizes)
        grown = self.put(start, sizes)
        inside = {**sizes, **dict.fromkeys(node.variables[:-1], turns.entry), node.variables[-1]: grown}
        before = self.steps
        self.put(condition, inside)
        once = self.put(step, inside)
        self.add((self.steps - before) * max(turns.count - 1, 0))
        growth = max(once.count - grown.count, 0)
        whole = Size(grown.count + growth * turns.count, once.inner)
        if growth and once.inner is not None:
            self.add(whole.count * turns.count / 2)  # the list is copied in every turn
        return self.put(result, {**sizes, node.variables[-1]: whole})


def weight_of_pattern(node: Node) -> int:
    """What one character costs against a pattern: how long it is with its repetitions written out."""
    pattern = node.value if isinstance(node.value, str) else ""
    weight = len(pattern)
    for least, most in _COUNTED.findall(pattern):
        weight *= max(int(least or 1), int(most or 1), 1)
    return min(weight, 1_000)


def check_patterns(tree: Node) -> None:
    """Patterns are written out in the expression, short, and repeat little."""
    for node in tree.walk():
        if node.kind != "call" or node.name != "matches":
            continue
        pattern = node.parts[-1].value
        if not isinstance(pattern, str):
            raise TooLarge(
                _("The pattern of “matches” must be written in the expression."), mend=_("Write it in quotation marks.")
            )
        counted = 1
        for least, most in _COUNTED.findall(pattern):
            counted *= max(int(least or 1), int(most or 1), 1)
        if len(pattern) > LONGEST_PATTERN or counted > MOST_REPETITION:
            raise TooLarge(
                _("The pattern of “matches” is too long or repeats too often."),
                mend=_("Use at most {most} characters, and repetitions up to {times}.").format(
                    most=LONGEST_PATTERN, times=MOST_REPETITION
                ),
            )
