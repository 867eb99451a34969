"""How large a picture is, read from its header alone: no picture is ever decoded here."""

import struct
from typing import BinaryIO

_SEGMENTS = 2_000
_NO_SIZE = {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD8)}


class Broken(Exception):
    """The bytes do not hold together."""


def _read(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) != count:
        raise Broken
    return found


def _checked(width: int, height: int) -> tuple[int, int]:
    if not width or not height:
        raise Broken
    return width, height


def png_size(file: BinaryIO) -> tuple[int, int]:
    """From IHDR, which must come first; the file must end where the picture does, so that nothing hides behind it."""
    file.seek(8)
    length, name, width, height = struct.unpack(">I4sII", _read(file, 16))
    if name != b"IHDR" or length != 13:
        raise Broken
    file.seek(-12, 2)
    if _read(file, 8) != b"\x00\x00\x00\x00IEND":
        raise Broken
    return _checked(width, height)


def gif_size(file: BinaryIO) -> tuple[int, int]:
    """From the logical screen; a block must follow the colour table, and a GIF ends with a semicolon."""
    file.seek(6)
    width, height, flags = struct.unpack("<HHB", _read(file, 5))
    file.seek(13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0))
    if _read(file, 1) not in (b"\x21", b"\x2c"):
        raise Broken
    file.seek(-1, 2)
    if _read(file, 1) != b"\x3b":
        raise Broken
    return _checked(width, height)


def jpeg_size(file: BinaryIO) -> tuple[int, int]:
    """From the frame header, hopping over the segments before it."""
    file.seek(2)
    for _segment in range(_SEGMENTS):
        if _read(file, 1) != b"\xff":
            raise Broken
        marker = _read(file, 1)[0]
        while marker == 0xFF:
            marker = _read(file, 1)[0]
        if marker in _ALONE:
            continue
        (length,) = struct.unpack(">H", _read(file, 2))
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE:
            _bits, height, width = struct.unpack(">BHH", _read(file, 5))
            return _checked(width, height)
        if length < 2 or marker in (0xD9, 0xDA):
            raise Broken
        file.seek(length - 2, 1)
    raise Broken


def webp_size(file: BinaryIO) -> tuple[int, int]:
    """From the first chunk, of which there are three kinds."""
    file.seek(12)
    name = _read(file, 4)
    file.seek(20)
    start = _read(file, 10)
    if name == b"VP8X":
        return 1 + int.from_bytes(start[4:7], "little"), 1 + int.from_bytes(start[7:10], "little")
    if name == b"VP8L" and start[0] == 0x2F:
        bits = int.from_bytes(start[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and start[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", start[6:10])
        return _checked(width & 0x3FFF, height & 0x3FFF)
    raise Broken
