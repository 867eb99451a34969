"""The checked form of an expression, read from the bytes that the compiler writes (`cel.expr.CheckedExpr`).

The binding shows no tree, but serialises one in a published format; this reads the part of it that is needed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from struct import unpack
from typing import Any


@dataclass(frozen=True)
class Node:
    """A piece of an expression. `kind`: const, name, select, call, list, map, loop."""

    kind: str
    name: str = ""
    """Of a name, a selected key or a called function; the loop's variable."""
    value: Any = None
    parts: tuple["Node", ...] = ()
    """Operands, arguments, elements; of a loop: range, start, condition, step, result."""
    variables: tuple[str, ...] = field(default=())
    """Of a loop: the names it binds, its own sum last."""

    def walk(self) -> Iterator["Node"]:
        """This node and everything below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.parts))


Wire = list[tuple[int, Any]]


def read_tree(serialised: bytes) -> Node:
    """The tree of a checked expression."""
    checked = _last(_wire(serialised), 2, b"")
    return _node(_last(_wire(checked), 4, b""))


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


def _wire(data: bytes) -> Wire:
    """The fields of a message by number, in order: numbers as they are, everything else as bytes."""
    found: Wire = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value: Any
            value, at = _varint(data, at)
        else:
            size, at = (8, at) if kind == 1 else (4, at) if kind == 5 else _varint(data, at)
            value, at = data[at : at + size], at + size
        found.append((number, value))
    return found


def _last(fields: Wire, number: int, otherwise: Any) -> Any:
    return next((value for key, value in reversed(fields) if key == number), otherwise)


def _all(fields: Wire, number: int) -> list[Any]:
    return [value for key, value in fields if key == number]


def _text(fields: Wire, number: int) -> str:
    return str(bytes(_last(fields, number, b"")), "utf-8", "replace")


def _node(data: bytes) -> Node:
    for number, value in _wire(data):
        if number in _READERS:
            return _READERS[number](_wire(value))
    return Node("const")


def _const(fields: Wire) -> Node:
    """Texts, whole and broken numbers, true and false; anything else has no value here."""
    for number, value in fields:
        if number in _CONSTANTS:
            return Node("const", value=_CONSTANTS[number](value))
    return Node("const")


_CONSTANTS: dict[int, Callable[[Any], Any]] = {
    2: bool,
    3: lambda bits: bits - (1 << 64) if bits >> 63 else bits,
    4: int,
    5: lambda eight: unpack("<d", eight)[0],
    6: lambda text: str(text, "utf-8", "replace"),
}
"""Of `cel.expr.Constant`, by the number of the field."""


def _name(fields: Wire) -> Node:
    return Node("name", _text(fields, 1))


def _select(fields: Wire) -> Node:
    return Node("select", _text(fields, 2), parts=(_node(_last(fields, 1, b"")),))


def _call(fields: Wire) -> Node:
    operands = [_last(fields, 1, None), *_all(fields, 3)]
    return Node("call", _text(fields, 2), parts=tuple(_node(part) for part in operands if part is not None))


def _list(fields: Wire) -> Node:
    return Node("list", parts=tuple(_node(part) for part in _all(fields, 1)))


def _map(fields: Wire) -> Node:
    entries = [_wire(entry) for entry in _all(fields, 2)]
    parts = [_last(entry, number, None) for entry in entries for number in (3, 4)]
    return Node("map", parts=tuple(_node(part) for part in parts if part is not None))


def _loop(fields: Wire) -> Node:
    parts = tuple(_node(_last(fields, number, b"")) for number in (2, 4, 5, 6, 7))
    bound = [_text(fields, number) for number in (1, 8)]
    return Node("loop", bound[0], parts=parts, variables=(*(name for name in bound if name), _text(fields, 3)))


_READERS = {3: _const, 4: _name, 5: _select, 6: _call, 7: _list, 8: _map, 9: _loop}
