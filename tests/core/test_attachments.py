"""Files on records: hostile ones are refused with words (F31), links ask for rights, lost ones are missed (F11)."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client

from modules.accounts.models import User
from modules.core import attachments, clock
from modules.core.actors import Actor
from modules.core.attachments import attach, file_link, files_of, look_for_files, remove_deleted, shown_name
from modules.core.errors import NotAllowed
from modules.core.health import health_details, run_checks
from modules.core.models import Attachment
from modules.core.sniffing import FileRefused
from modules.films.models import Film
from tests.factories.films import FilmFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def film() -> Film:
    return FilmFactory.create()


@pytest.fixture
def send(film: Film, staff: User, at: datetime) -> Callable[..., Attachment]:
    def take(content: bytes, name: str, key: str = "k") -> Attachment:
        upload = SimpleUploadedFile("x", content, content_type="text/html")
        upload._name = name  # as hostile as it comes
        return attach(film, upload=upload, actor=Actor.of(staff), at=at, key=key)

    return take


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


@pytest.mark.parametrize("name", SOUND)
def test_what_people_attach_is_known_by_its_bytes_whatever_the_browser_says(send: Any, name: str) -> None:
    content, kind = SOUND[name]
    kept = send(content, name)
    assert (kept.name, kept.content_type, kept.size) == (name, kind, len(content))
    with default_storage.open(kept.file) as stored:
        assert stored.read() == content


def test_the_size_of_a_picture_is_read_from_its_header(send: Any) -> None:
    for number, (content, name, size) in enumerate(
        [(png(), "a.png", (4, 3)), (jpeg(), "a.jpg", (40, 30)), (gif(), "a.gif", (2, 2)), (webp(), "a.webp", (5, 7))]
    ):
        kept = send(content, name, key=str(number))
        assert (kept.width, kept.height) == size


@pytest.mark.parametrize("case", HOSTILE)
def test_f31_a_hostile_file_is_refused_in_words_and_leaves_nothing(send: Any, own_folder: Path, case: str) -> None:
    content, name = HOSTILE[case]
    began = time.process_time()
    with pytest.raises(FileRefused) as refusal:
        send(content, name)
    assert time.process_time() - began < 2
    assert str(refusal.value).endswith(".")
    assert not Attachment.objects.exists()
    assert [path for path in own_folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("case", HOSTILE)
def test_f31_the_door_answers_4xx_with_words(film: Film, owner: User, client_of: Any, case: str) -> None:
    content, name = HOSTILE[case]
    client = client_of(owner)
    upload = SimpleUploadedFile(name, content)
    answer = client.post(f"/console/films/film/{film.pk}/files/", {"files": upload, "key": "k"})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


NAMES = {
    "../../etc/passwd": "passwd",
    "C:\\Users\\ana\\letter.pdf": "letter.pdf",
    "a\x00b.pdf": "ab.pdf",
    "evil\u202efdp.exe": "evilfdp.exe",
    "\u200b\u2066.": "file",
    "": "file",
    "  two   lines\n.pdf ": "two lines .pdf",
    "x" * 300 + ".pdf": "x" * 115 + "….pdf",
    "ñ" * 255: "ñ" * 119 + "…",
    "<script>alert(1)<": "<script>alert(1)<",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.any_database
def test_f31_a_name_is_only_shown_and_only_what_can_be_seen(name: str) -> None:
    assert shown_name(name) == NAMES[name]
    assert len(shown_name(name).encode()) <= 255


@pytest.mark.parametrize("name", ["../../up.pdf", "a\x00.pdf", "\u202egpj.pdf", "x" * 255 + ".pdf", "con.pdf"])
def test_f31_the_stored_name_says_nothing_of_the_given_one(send: Any, own_folder: Path, name: str) -> None:
    kept = send(b"%PDF-1.7", name)
    [path] = [path for path in own_folder.rglob("*") if path.is_file()]
    assert path.relative_to(own_folder).as_posix() == kept.file
    assert len(path.name) == 40
    assert set(path.name) <= set("0123456789abcdef")


def test_f31_a_file_is_handed_out_so_that_no_browser_runs_it(
    send: Any, staff: User, client_of: Any, frozen_clock: datetime
) -> None:
    for number, (name, (content, kind)) in enumerate(SOUND.items()):
        kept = send(content, name, key=str(number))
        answer = client_of(staff).get(file_link(kept, actor=Actor.of(staff), at=frozen_clock))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == content
        assert answer["Content-Type"].split(";")[0] == kind
        assert answer["Content-Disposition"].startswith("attachment; ")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_f31_only_a_picture_that_still_is_one_is_shown_in_place(
    send: Any, own_folder: Path, staff: User, client_of: Any, frozen_clock: datetime
) -> None:
    client, actor = client_of(staff), Actor.of(staff)
    picture, text = send(png(), "a.png"), send(b"text", "a.txt", key="2")

    def disposition(kept: Attachment) -> str:
        answer = client.get(file_link(kept, actor=actor, at=frozen_clock, show=True))
        assert b"".join(answer.streaming_content)
        return str(answer["Content-Disposition"]).split(";")[0]

    assert (disposition(picture), disposition(text)) == ("inline", "attachment")
    (own_folder / picture.file).write_bytes(b"<svg onload=alert(1)>")
    assert disposition(picture) == "attachment"
    picture.width = picture.height = 10_000
    picture.save()
    assert disposition(picture) == "attachment"


def test_f36_a_link_opens_for_nobody_but_the_person_it_was_made_for(
    send: Any, staff: User, teammate: User, stranger: User, client_of: Any, frozen_clock: datetime
) -> None:
    kept = send(b"secret text", "a.txt")
    link = file_link(kept, actor=Actor.of(staff), at=frozen_clock)
    for client in (Client(), client_of(teammate), client_of(stranger)):
        answer = client.get(link)
        assert answer.status_code == 404
        assert b"secret" not in answer.content
    assert client_of(staff).get(link.replace("/files/", "/files/A")).status_code == 404
    own = file_link(kept, actor=Actor.of(stranger), at=frozen_clock)
    assert client_of(stranger).get(own).status_code == 404


def test_f36_a_link_dies_after_five_minutes_and_with_the_right(
    send: Any, staff: User, client_of: Any, frozen_clock: datetime
) -> None:
    kept = send(b"text", "a.txt")
    link = file_link(kept, actor=Actor.of(staff), at=frozen_clock)
    with clock.frozen(frozen_clock + timedelta(minutes=6)):
        assert client_of(staff).get(link).status_code == 410
    staff.groups.clear()
    assert client_of(staff).get(link).status_code == 404


def test_f36_nobody_attaches_to_what_they_may_not_view(film: Film, stranger: User, staff: User, at: datetime) -> None:
    staff.groups.clear()
    for person in (stranger, User.objects.get(pk=staff.pk)):
        with pytest.raises(NotAllowed):
            attach(film, upload=SimpleUploadedFile("a.txt", b"a"), actor=Actor.of(person), at=at, key="k")


def test_f11_a_lost_file_is_404_the_page_says_so_and_a_sweep_reports_it_once(
    send: Any, film: Film, staff: User, client_of: Any, own_folder: Path, frozen_clock: datetime, caplog: Any
) -> None:
    kept = send(b"text", "lost.txt")
    (own_folder / kept.file).unlink()
    client, page = client_of(staff), f"/console/films/film/{film.pk}/change/"
    assert client.get(file_link(kept, actor=Actor.of(staff), at=frozen_clock)).status_code == 404
    assert client.get(page).status_code == 200
    assert look_for_files(at=frozen_clock) == 0
    tomorrow = frozen_clock + timedelta(days=1, minutes=1)
    assert look_for_files(at=tomorrow) == 1
    assert f"the file of attachment {kept.pk} (films.film {film.pk}) is missing" in caplog.text
    assert look_for_files(at=tomorrow + timedelta(days=2)) == 0
    assert run_checks(health_details, at=tomorrow)["files"] == "1 attached files are missing"
    assert "This file is lost" in client.get(page).content.decode()
    (own_folder / kept.file).write_bytes(b"text")
    look_for_files(at=tomorrow + timedelta(days=4))
    assert run_checks(health_details, at=tomorrow)["files"] == "ok"


def test_the_same_press_attaches_once(send: Any, own_folder: Path) -> None:
    assert send(b"text", "a.txt").pk == send(b"text", "a.txt").pk
    assert len([path for path in own_folder.rglob("*") if path.is_file()]) == 1


def test_bytes_without_a_row_do_not_stay(
    send: Any, own_folder: Path, monkeypatch: pytest.MonkeyPatch, film: Film
) -> None:
    def fail(**_fields: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(Attachment.objects, "create", fail)
    with pytest.raises(IntegrityError):
        send(b"text", "a.txt")
    assert [path for path in own_folder.rglob("*") if path.is_file()] == []


def test_a_record_takes_so_many_files(send: Any, settings: Any) -> None:
    settings.ATTACHMENTS_PER_RECORD = 1
    send(b"text", "a.txt")
    with pytest.raises(attachments.TooManyFiles):
        send(b"text", "b.txt", key="2")


def test_a_deleted_file_comes_back_until_a_sweep_removes_it_after_thirty_days(
    send: Any, film: Film, staff: User, teammate: User, own_folder: Path, at: datetime
) -> None:
    kept, actor = send(b"text", "a.txt"), Actor.of(staff)
    with pytest.raises(NotAllowed):
        attachments.delete_file(kept, actor=Actor.of(teammate), at=at)
    attachments.delete_file(kept, actor=actor, at=at)
    assert not files_of(film).exists()
    attachments.restore_file(kept, actor=actor)
    assert files_of(film).exists()
    attachments.delete_file(kept, actor=actor, at=at)
    assert remove_deleted(at=at + timedelta(days=29)) == 0
    assert remove_deleted(at=at + timedelta(days=31)) == 1
    assert not (own_folder / kept.file).exists()
    assert not Attachment.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twelve_equal_presses_attach_one_file(
    film: Film, staff: User, at: datetime, parallel: Any, own_folder: Path
) -> None:
    def press(_number: int) -> int:
        upload = SimpleUploadedFile("a.txt", b"text")
        return attach(film, upload=upload, actor=Actor.of(staff), at=at, key="press").pk

    assert connection.vendor == "postgresql"
    assert len(set(parallel(press, 12))) == 1
    assert len([path for path in own_folder.rglob("*") if path.is_file()]) == 1
