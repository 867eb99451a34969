"""What a file really is, told by its bytes: a short table of the kinds that may be attached, and nothing else.

Nothing is decoded and nothing is unpacked: of pictures the header is read, of zip containers the directory. Whatever is
not known for certain is refused with words for the person who chose the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from modules.core.errors import Refusal, Words
from modules.core.pictures import Broken, gif_size, jpeg_size, png_size, webp_size
from modules.core.zips import office_kind

HEAD = 64
MARKUP_WITHIN = 1024
"""Bytes in which browsers that guess would look for markup."""
LARGEST_SIDE = 20_000
LARGEST_PICTURE = 150_000_000
"""Pixels: the cameras of phones stay below; what is larger would fill the memory of whoever looks at it."""


class FileRefused(Refusal):
    """The file is not taken; the words say why and what would be."""

    code = "file_refused"
    words = _("This file cannot be taken.")


@dataclass(frozen=True)
class Kind:
    """A kind of file that may be attached: how it is named, called and shown."""

    key: str
    title: Words
    content_type: str
    extensions: tuple[str, ...]
    icon: str = "document"
    is_picture: bool = False


@dataclass(frozen=True)
class Sniffed:
    """What a file turned out to be; pictures have a size."""

    kind: Kind
    width: int | None = None
    height: int | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF", "application/pdf", ("pdf",), "document-text"),
        Kind("png", _("PNG picture"), "image/png", ("png",), "photo", is_picture=True),
        Kind("jpeg", _("JPEG picture"), "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), "photo", is_picture=True),
        Kind("gif", _("GIF picture"), "image/gif", ("gif",), "photo", is_picture=True),
        Kind("webp", _("WebP picture"), "image/webp", ("webp",), "photo", is_picture=True),
        Kind("docx", _("Word document"), f"{_OFFICE}.wordprocessingml.document", ("docx",), "document-text"),
        Kind("xlsx", _("Excel workbook"), f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), "table-cells"),
        Kind("odt", _("OpenDocument text"), f"{_ODF}.text", ("odt",), "document-text"),
        Kind("ods", _("OpenDocument spreadsheet"), f"{_ODF}.spreadsheet", ("ods",), "table-cells"),
        Kind("csv", _("CSV table"), "text/csv", ("csv", "tsv"), "table-cells"),
        Kind("text", _("plain text"), "text/plain", ("txt", "log", "md"), "document-text"),
    )
}
BY_TYPE: dict[str, Kind] = {kind.content_type: kind for kind in KINDS.values()}
ACCEPTED = ",".join(f".{extension}" for kind in KINDS.values() for extension in kind.extensions)
"""For the `accept` of a file input."""

_WANTED = _(
    "Choose a PDF, a picture (PNG, JPEG, GIF, WebP), a text or CSV file, or a Word, Excel or OpenDocument file."
)


def sniff(file: BinaryIO, name: str) -> Sniffed:
    """What the file is, or FileRefused. The name must say the same: nobody opens a picture that is none."""
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise FileRefused(_("The file is empty."))
    found = _of_bytes(head, file, extension_of(name))
    if found is None:
        raise FileRefused(_WANTED)
    extension = extension_of(name)
    if extension and extension not in found.kind.extensions:
        raise FileRefused(
            _("The name ends in “.{extension}”, but the file is a {kind}."), extension=extension, kind=found.kind.title
        )
    return found


def extension_of(name: str) -> str:
    """What stands behind the last dot, in small letters."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem and extension.isalnum() and len(extension) <= 8 else ""


def is_still(file: BinaryIO, content_type: str) -> bool:
    """Whether the stored bytes still are the picture that they were when they came."""
    kind = BY_TYPE.get(content_type)
    if kind is None or not kind.is_picture:
        return False
    file.seek(0)
    try:
        found = _of_bytes(file.read(HEAD), file, "")
    except FileRefused:
        return False
    finally:
        file.seek(0)
    return found is not None and found.kind is kind


def _of_bytes(head: bytes, file: BinaryIO, extension: str) -> Sniffed | None:
    if head.startswith(b"%PDF-"):
        return Sniffed(KINDS["pdf"])
    for key, (starts, measure) in _PICTURES.items():
        if starts(head):
            return _picture(KINDS[key], file, measure)
    if head.startswith(b"PK\x03\x04"):
        return _container(file)
    return _text(file, extension)


_PICTURES: dict[str, tuple[Callable[[bytes], bool], Callable[[BinaryIO], tuple[int, int]]]] = {
    "png": (lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), png_size),
    "jpeg": (lambda head: head.startswith(b"\xff\xd8\xff"), jpeg_size),
    "gif": (lambda head: head.startswith((b"GIF87a", b"GIF89a")), gif_size),
    "webp": (lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", webp_size),
}


def _picture(kind: Kind, file: BinaryIO, measure: Callable[[BinaryIO], tuple[int, int]]) -> Sniffed:
    try:
        width, height = measure(file)
    except Broken:
        raise FileRefused(_("This picture is damaged. Open it and save it again.")) from None
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_PICTURE:
        raise FileRefused(_("This picture has {width} × {height} pixels. Make it smaller."), width=width, height=height)
    return Sniffed(kind, width, height)


def _container(file: BinaryIO) -> Sniffed | None:
    try:
        key = office_kind(file)
    except Broken:
        raise FileRefused(
            _("This container is damaged, encrypted, or larger inside than any document. Save the document again.")
        ) from None
    return Sniffed(KINDS[key]) if key else None


_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f"))
_BYTE_ORDER = b"\xef\xbb\xbf"


def _text(file: BinaryIO, extension: str) -> Sniffed | None:
    """Text of UTF-8 or of an old Windows, without control characters. Markup is for browsers to run, so it is none."""
    file.seek(0)
    whole = file.read()
    if len(whole.translate(None, _CONTROLS)) != len(whole):
        return None
    start = whole[:MARKUP_WITHIN].removeprefix(_BYTE_ORDER).lstrip().lower()
    if start.startswith((b"<", b"#!")) or any(mark in start for mark in (b"<html", b"<script", b"<svg", b"<!doctype")):
        return None
    return Sniffed(KINDS["csv" if extension in KINDS["csv"].extensions else "text"])
