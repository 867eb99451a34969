"""Text in pieces: escaping for XML, times as other tools read them, and pieces that are worth sending."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

ENOUGH = 64 * 1024
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: object) -> str:
    """Without what XML cannot hold at all."""
    return _NOT_IN_XML.sub("", str(value))


def attribute(value: object) -> str:
    """A quoted attribute value."""
    return quoteattr(clean(value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def element(name: str, attributes: Mapping[str, object], *children: str) -> str:
    """An element on lines of its own; the children are elements already."""
    head = "".join(f" {key}={attribute(value)}" for key, value in attributes.items())
    return f"<{name}{head}>{''.join(children)}</{name}>" if children else f"<{name}{head}/>"


def moment(at: datetime) -> str:
    """In UTC with milliseconds, as both XES and OCEL write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_pieces(texts: Iterable[str]) -> Iterator[str]:
    """The same text in pieces of some size, so that a server does not send it word by word."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        gathered.append(text)
        size += len(text)
        if size >= ENOUGH:
            yield "".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered)
