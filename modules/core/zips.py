"""What document a zip container holds, from its directory alone: nothing is unpacked."""

import stat
import struct
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from modules.core.pictures import Broken

MOST_ENTRIES = 5_000
LARGEST_DIRECTORY = 1_000_000
LARGEST_INSIDE = 300_000_000
STEEPEST = 300
"""So many times its own size a container may hold; sheets of one number reach about a hundred."""
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}


def office_kind(file: BinaryIO) -> str:
    """`docx`, `xlsx`, `odt`, `ods`, or nothing for any other container; Broken when it is not to be trusted."""
    size = _check_end(file)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as container:
            entries = container.infolist()
            _check_entries(entries, size)
            return _kind(container, {entry.filename: entry for entry in entries})
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError, struct.error):
        raise Broken from None


def _check_end(file: BinaryIO) -> int:
    """The size of the file; its directory must be small before anybody reads it, whatever number it gives of itself."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < 22 or tail[max(0, place - 20) : place].startswith(_END_64):
        raise Broken
    count, directory = struct.unpack("<HI", tail[place + 10 : place + 16])
    if count > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise Broken
    return size


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    inside = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or inside > LARGEST_INSIDE or inside > STEEPEST * size:
        raise Broken
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        is_link = stat.S_ISLNK(entry.external_attr >> 16)
        if is_link or entry.flag_bits & 1 or path.is_absolute() or ".." in path.parts:
            raise Broken


def _kind(container: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> str:
    """Word and Excel by their main part, without macros; OpenDocument by the type it carries in front."""
    if "[Content_Types].xml" in entries and not any(name.lower().endswith("vbaproject.bin") for name in entries):
        return next((kind for part, kind in _PARTS.items() if part in entries), "")
    note = entries.get("mimetype")
    if note is not None and note.compress_type == zipfile.ZIP_STORED and note.file_size < 100:
        return _MIMETYPES.get(container.read(note), "")
    return ""
