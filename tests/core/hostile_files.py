"""Files as people attach them and as nobody should: made here, byte by byte."""

import io
import struct
import zipfile
import zlib


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 4, height: int = 3, tail: bytes = b"") -> bytes:
    rows = zlib.compress(b"".join(b"\x00" + b"\x10\x20\x30" * 4 for _row in range(3)))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"") + tail


def jpeg(width: int = 40, height: int = 30) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + frame + b"\xff\xd9"


def gif(
    width: int = 2, height: int = 2, body: bytes = b"\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x02\x44\x01\x00"
) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x00\x00\x00" + body + b"\x3b"


def webp(width: int = 5, height: int = 7) -> bytes:
    body = (
        b"VP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def container(parts: dict[str, bytes], *, mode: int = 0, stored: tuple[str, ...] = ()) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            entry.external_attr = mode << 16
            file.writestr(entry, content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    return container({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def odt() -> bytes:
    note = b"application/vnd.oasis.opendocument.text"
    return container({"mimetype": note, "content.xml": b"<office/>"}, stored=("mimetype",))


def lying_end(content: bytes, *, count: int, size: int) -> bytes:
    place = content.rindex(b"PK\x05\x06")
    return content[: place + 10] + struct.pack("<HI", count, size) + content[place + 16 :]


SOUND = {
    "report.pdf": (b"%PDF-1.7\n%%EOF", "application/pdf"),
    "picture.png": (png(), "image/png"),
    "photo.JPG": (jpeg(), "image/jpeg"),
    "dance.gif": (gif(), "image/gif"),
    "small.webp": (webp(), "image/webp"),
    "note.txt": ("Grüße, señor\n".encode(), "text/plain"),
    "old.txt": ("señor".encode("cp1252"), "text/plain"),
    "sheet.csv": (b"a;b\r\n1;2\r\n", "text/csv"),
    "letter.docx": (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "table.xlsx": (
        container({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"}),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "open.odt": (odt(), "application/vnd.oasis.opendocument.text"),
}

BOMB = container({"[Content_Types].xml": b"<Types/>", "word/document.xml": bytes(40_000_000)})
HOSTILE = {
    "empty": (b"", "empty.txt"),
    "too large": (b"a" * 11_000_000, "large.txt"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg"),
    "svg as text": (b"\xef\xbb\xbf  <svg><script>alert(1)</script></svg>", "a.txt"),
    "html as png": (b"<!DOCTYPE html><script>alert(1)</script>", "a.png"),
    "html as text": (b"hello\n<script>alert(1)</script>", "a.txt"),
    "png as pdf": (png(), "a.pdf"),
    "program": (b"MZ\x90\x00\x03\x00\x00\x00", "a.exe"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "a.txt"),
    "javascript": (b"alert(1)", "a.js"),
    "text with NUL": (b"plain\x00text", "a.txt"),
    "gif and javascript": (gif(0x2A2F, 0x2A2F, b"*/=1;alert(1)//"), "a.gif"),
    "gif with a tail": (gif() + b"<script>alert(1)</script>", "a.gif"),
    "png with a tail": (png(tail=b"<script>alert(1)</script>"), "a.png"),
    "image bomb": (png(30_000, 30_000), "a.png"),
    "jpeg bomb": (jpeg(65_535, 65_535), "a.jpg"),
    "webp bomb": (webp(16_000, 16_000), "a.webp"),
    "cut jpeg": (b"\xff\xd8\xff\xe0\x00", "a.jpg"),
    "endless jpeg": (b"\xff\xd8" + b"\xff\xfe\x00\x02" * 200_000, "a.jpg"),
    "plain zip": (container({"a.txt": b"a"}), "a.zip"),
    "zip as docx": (container({"a.txt": b"a"}), "a.docx"),
    "zip bomb": (BOMB, "a.docx"),
    "many entries": (docx(**{f"word/{number}.xml": b"" for number in range(6_000)}), "a.docx"),
    "lying count": (lying_end(docx(), count=60_000, size=100), "a.docx"),
    "lying directory": (lying_end(docx(), count=2, size=4_000_000_000), "a.docx"),
    "way out": (docx(**{"../../etc/passwd": b"x"}), "a.docx"),
    "way out, other slashes": (docx(**{"..\\..\\boot.ini": b"x"}), "a.docx"),
    "link": (container({"[Content_Types].xml": b"x", "word/document.xml": b"/etc/passwd"}, mode=0o120777), "a.docx"),
    "macros": (docx(**{"word/vbaProject.bin": b"x"}), "a.docx"),
    "no directory": (b"PK\x03\x04" + b"\x00" * 60, "a.docx"),
}
