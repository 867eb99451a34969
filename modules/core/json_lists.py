"""The elements of a JSON list of any length, read piece by piece."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _

from modules.core.tables import Unreadable

CHUNK = 1 << 16
LONGEST_ELEMENT = 1 << 20
_BETWEEN = " \t\r\n,"


def json_elements(path: Path) -> Iterator[tuple[int, Any]]:
    """The elements of the outer list, each with the line on which it begins; Unreadable where there is no JSON."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from _elements(file)
    except UnicodeDecodeError:
        raise Unreadable(_("the file is not UTF-8")) from None
    except RecursionError:
        raise Unreadable(_("the JSON is nested too deeply")) from None


def _elements(file: IO[str]) -> Iterator[tuple[int, Any]]:
    """Memory holds one element and a chunk."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    buffer, line, ended = _after_bracket(file)
    while True:
        stripped = buffer.lstrip(_BETWEEN)
        line += buffer.count("\n", 0, len(buffer) - len(stripped))
        buffer = stripped
        if buffer.startswith("]"):
            return
        try:
            element, end = decoder.raw_decode(buffer)
            if end == len(buffer) and not ended:
                raise json.JSONDecodeError("may go on", buffer, end)
        except json.JSONDecodeError as error:
            if ended or len(buffer) > LONGEST_ELEMENT:
                words = _("no JSON from here: {why}").format(why=error.msg)
                raise Unreadable(words, line + buffer.count("\n", 0, error.pos)) from None
            more = file.read(CHUNK)
            ended = not more
            buffer += more
            continue
        except ValueError as error:  # a number that is none, or of thousands of digits
            raise Unreadable(_("no JSON from here: {why}").format(why=error), line) from None
        yield line, element
        line += buffer.count("\n", 0, end)
        buffer = buffer[end:]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _after_bracket(file: IO[str]) -> tuple[str, int, bool]:
    start = file.read(CHUNK)
    stripped = start.lstrip()
    if not stripped.startswith("["):
        raise Unreadable(_("expected a JSON list"), 1)
    line = 1 + start.count("\n", 0, len(start) - len(stripped))
    return stripped[1:], line, len(start) < CHUNK
