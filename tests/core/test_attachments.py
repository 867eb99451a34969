"""Files on records: hostile ones are refused with words (F31), links ask for rights, lost ones are missed (F11)."""

import time
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
from tests.core.hostile_files import HOSTILE, SOUND, gif, jpeg, png, webp
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
