"""What an expression says whatever the record holds: constants folded, comparisons that exclude one another.

Never wrong and not complete: `never` is said of what cannot be true, of much that cannot be true nothing is said.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from modules.workflow.expressions.tree import Node

COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "_<_": lt, "_<=_": le, "_>_": gt, "_>=_": ge, "_==_": eq, "_!=_": ne,
}  # fmt: skip
TURNED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_", "_==_": "_==_", "_!=_": "_!=_"}
"""The same with its sides changed."""
OPPOSITE = {"_<_": "_>=_", "_<=_": "_>_", "_>_": "_<=_", "_>=_": "_<_", "_==_": "_!=_", "_!=_": "_==_"}


class _Open:
    """What depends on the record."""


OPEN = _Open()


def never(trees: Iterable[Node], negated: Iterable[Node] = ()) -> bool:
    """Whether all of the trees can never be true at once while none of the negated ones is."""
    asked = [part for tree in trees for part in _conjuncts(tree)]
    if any(fold(tree) is True for tree in negated):
        return True
    return any(fold(part) is False for part in asked) or _is_empty(asked)


def fold(node: Node) -> Any:
    """The value of what depends on nothing, else OPEN."""
    if node.kind == "const" and node.value is not None:
        return node.value
    if node.kind != "call":
        return OPEN
    given = [fold(part) for part in node.parts]
    if node.name == "_&&_":
        return _both(given, False)
    if node.name == "_||_":
        return _both(given, True)
    if node.name == "!_" and isinstance(given[0], bool):
        return not given[0]
    if node.name == "_?_:_" and isinstance(given[0], bool):
        return given[1] if given[0] else given[2]
    if node.name in COMPARED and _are_alike(*given):
        return COMPARED[node.name](*given)
    return OPEN


def _both(given: list[Any], sure: bool) -> Any:
    """And, or: one side may settle it."""
    if sure in given:
        return sure
    return not sure if all(isinstance(value, bool) for value in given) else OPEN


def _are_alike(one: Any, other: Any) -> bool:
    """Whether the two can be compared as CEL would."""
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    return numbers or (isinstance(one, str) and isinstance(other, str))


def _conjuncts(node: Node) -> Iterator[Node]:
    if node.kind == "call" and node.name == "_&&_":
        for part in node.parts:
            yield from _conjuncts(part)
    elif node.kind == "call" and node.name == "!_" and (turned := _turned(node.parts[0])) is not None:
        yield turned
    else:
        yield node


def _turned(node: Node) -> Node | None:
    """A comparison the other way round."""
    if node.kind != "call" or node.name not in OPPOSITE:
        return None
    return Node("call", OPPOSITE[node.name], parts=node.parts)


@dataclass
class _Span:
    """What a name may still be."""

    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    """The bound, and whether it is itself allowed."""
    only: list[Any] = field(default_factory=list)
    but: list[Any] = field(default_factory=list)

    def narrow(self, name: str, value: Any) -> None:
        if name == "_==_":
            self.only.append(value)
        elif name == "_!=_":
            self.but.append(value)
        elif name in ("_>_", "_>=_"):
            bound = (value, name == "_>=_")
            self.low = bound if self.low is None or (value, not bound[1]) > (self.low[0], not self.low[1]) else self.low
        else:
            bound = (value, name == "_<=_")
            self.high = bound if self.high is None or (value, bound[1]) < self.high else self.high

    def is_empty(self) -> bool:
        if any(not self._allows(value) for value in self.only):
            return True
        if self.low is None or self.high is None:
            return False
        return self.low[0] > self.high[0] or (self.low[0] == self.high[0] and not (self.low[1] and self.high[1]))

    def _allows(self, value: Any) -> bool:
        return (
            all(value == other for other in self.only)
            and value not in self.but
            and (self.low is None or value > self.low[0] or (self.low[1] and value == self.low[0]))
            and (self.high is None or value < self.high[0] or (self.high[1] and value == self.high[0]))
        )


def _is_empty(asked: Iterable[Node]) -> bool:
    """Whether the comparisons of one name with constants leave it no value."""
    spans: dict[tuple[str, bool], _Span] = {}
    for node in asked:
        if node.kind != "call" or node.name not in COMPARED:
            continue
        (one, other), name = node.parts, node.name
        if one.kind == "const":
            one, other, name = other, one, TURNED[name]
        value = fold(other)
        if one.kind == "name" and isinstance(value, int | float | str) and not isinstance(value, bool):
            spans.setdefault((one.name, isinstance(value, str)), _Span()).narrow(name, value)
    return any(span.is_empty() for span in spans.values())
