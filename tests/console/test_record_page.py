"""A record's page in the console: its timeline, comments and files, with and without htmx, and for whom."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.audit import audit
from modules.core.comments import write_comment
from modules.core.models import Attachment, Comment
from modules.films.models import Film
from tests.factories.accounts import StaffFactory
from tests.factories.films import FilmFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def film() -> Film:
    return FilmFactory.create()


@pytest.fixture
def clerk(client_of: Any, staff: User, frozen_clock: datetime) -> Client:
    return client_of(staff)


def below(film: Film, rest: str = "") -> str:
    return f"/console/films/film/{film.pk}/{rest}"


def page(client: Client, film: Film, query: str = "") -> str:
    answer = client.get(f"{below(film, 'change/')}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_comment_is_written_without_javascript_and_stands_in_the_timeline(clerk: Client, film: Film) -> None:
    answer = clerk.post(below(film, "comments/"), {"text": "First\nsecond", "key": "k"})
    assert (answer.status_code, answer["Location"]) == (303, f"{below(film, 'change/')}#story")
    text = page(clerk, film)
    assert "First<br>second" in text
    assert "Your comment is saved." in text


def test_with_htmx_the_answer_is_an_empty_form_and_the_timeline(clerk: Client, film: Film) -> None:
    answer = clerk.post(below(film, "comments/"), {"text": "First", "key": "k"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "HX-Request" in answer["Vary"]
    assert 'id="story-list" hx-swap-oob="true"' in text
    assert "data-mentions></textarea>" in text
    assert 'value="k"' not in text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_comment_comes_back_with_its_words(clerk: Client, film: Film, headers: dict[str, str]) -> None:
    answer = clerk.post(below(film, "comments/"), {"text": "x" * 5_001, "key": "k"}, headers=headers)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "x" * 5_001 in text
    assert "A comment may have up to 5000 characters" in text
    assert ("<!DOCTYPE" in text) is not bool(headers)


HOSTILE = '<script>alert(1)</script> "onload=" javascript:alert(1) http://x.test/"onmouseover=alert(1) <a href=x>@staff'


def test_f46_what_people_type_is_shown_as_text(clerk: Client, film: Film, staff: User, teammate: User) -> None:
    StaffFactory.create(name="<img src=x onerror=alert(1)>", email="evil@example.test", roles=["films.clerk"])
    clerk.post(below(film, "comments/"), {"text": f"{HOSTILE} @<img src=x onerror=alert(1)>", "key": "k"})
    upload = SimpleUploadedFile("<svg onload=alert(1)>.txt", b"a")
    clerk.post(below(film, "files/"), {"files": upload, "key": "k"})
    text = page(clerk, film)
    for mark in ("<script>alert", "<img src=x", "<a href=x>", "<svg onload", 'href="javascript:', '"onmouseover'):
        assert mark not in text
    assert '<span class="mention">@&lt;img src=x onerror=alert(1)&gt;</span>' in text
    assert '<a href="http://x.test/' in text


def test_ones_own_comment_is_edited_in_place_and_deleted_with_undo(clerk: Client, film: Film, staff: User) -> None:
    clerk.post(below(film, "comments/"), {"text": "Frist", "key": "k"})
    comment = Comment.objects.get()
    answer = clerk.post(below(film, f"comments/{comment.pk}/edit/"), {"text": "First"}, headers=HTMX)
    assert answer.status_code == 200
    assert "edited" in answer.content.decode()
    answer = clerk.post(below(film, f"comments/{comment.pk}/edit/"), {"text": " "}, headers=HTMX)
    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()
    answer = clerk.post(below(film, f"comments/{comment.pk}/delete/"), headers=HTMX)
    undo = below(film, f"comments/{comment.pk}/back/")
    assert f'hx-post="{undo}?"' in answer.content.decode()
    assert "First" not in page(clerk, film)
    assert clerk.post(undo, headers=HTMX).status_code == 200
    assert "First" in page(clerk, film)


def test_after_a_quarter_of_an_hour_the_words_stand(clerk: Client, film: Film, frozen_clock: datetime) -> None:
    clerk.post(below(film, "comments/"), {"text": "Said", "key": "k"})
    pk = Comment.objects.get().pk
    with clock.frozen(frozen_clock + timedelta(minutes=16)):
        assert f"comments/{pk}/edit/" not in page(clerk, film)
        answer = clerk.post(below(film, f"comments/{pk}/edit/"), {"text": "Changed"}, headers=HTMX)
    assert answer.status_code == 409
    assert "can be edited for 15 minutes" in answer.content.decode()


def test_f36_f37_comments_and_files_are_for_staff_who_may_view_the_record(
    clerk: Client, film: Film, customer: User, client_of: Any
) -> None:
    clerk.post(below(film, "comments/"), {"text": "Between us", "key": "k"})
    clerk.post(below(film, "files/"), {"files": SimpleUploadedFile("a.txt", b"between us"), "key": "k"})
    comment, file = Comment.objects.get().pk, Attachment.objects.get().pk
    posts = ["comments/", f"comments/{comment}/edit/", f"comments/{comment}/delete/", f"comments/{comment}/back/"]
    posts += ["files/", f"files/{file}/delete/", f"files/{file}/back/"]
    gets = ["story/", "colleagues/", f"files/{file}/", "change/"]
    for person in (customer, StaffFactory.create(roles=[])):
        other = client_of(person)
        answers = [other.post(below(film, rest), {"text": "x"}, headers=HTMX) for rest in posts]
        answers += [other.get(below(film, rest), headers=HTMX) for rest in gets]
        assert {answer.status_code for answer in answers} == {403}
        assert all(b"etween us" not in answer.content for answer in answers)
    assert (Comment.objects.get().text, Comment.objects.get().deleted_at) == ("Between us", None)


def test_f36_a_comment_is_reached_through_its_own_record_alone(clerk: Client, film: Film) -> None:
    clerk.post(below(film, "comments/"), {"text": "Here", "key": "k"})
    clerk.post(below(film, "files/"), {"files": SimpleUploadedFile("a.txt", b"a"), "key": "k"})
    comment, file, other = Comment.objects.get().pk, Attachment.objects.get().pk, FilmFactory.create()
    assert clerk.post(below(other, f"comments/{comment}/delete/")).status_code == 404
    assert clerk.post(below(other, f"files/{file}/delete/")).status_code == 404
    assert clerk.get(below(other, f"files/{file}/")).status_code == 404


def test_f38_only_the_text_is_taken_from_the_form(clerk: Client, film: Film, owner: User, staff: User) -> None:
    more = {
        "author": owner.pk,
        "author_id": owner.pk,
        "record_id": 999,
        "at": "2001-01-01",
        "id": 999,
        "edited_at": "x",
    }
    clerk.post(below(film, "comments/"), {"text": "Mine", "key": "k", **more})
    comment = Comment.objects.get()
    assert (comment.author, comment.record_id, comment.at.year, comment.edited_at) == (staff, film.pk, 2026, None)


def test_files_come_in_and_lead_to_a_fresh_link(clerk: Client, film: Film) -> None:
    uploads = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]
    answer = clerk.post(below(film, "files/"), {"files": uploads, "key": "k"}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.content.decode().count('class="attachment-name"') == 2
    file = Attachment.objects.get(name="a.txt")
    answer = clerk.get(below(film, f"files/{file.pk}/"))
    assert answer["Location"].startswith("/files/")
    assert b"".join(clerk.get(answer["Location"]).streaming_content) == b"one"
    answer = clerk.post(below(film, f"files/{file.pk}/delete/"), headers=HTMX)
    assert f"files/{file.pk}/back/" in answer.content.decode()


def test_colleagues_are_offered_as_json(clerk: Client, film: Film, teammate: User) -> None:
    answer = clerk.get(below(film, "colleagues/"), {"q": "tin"})
    assert answer.json() == {"people": [{"name": "Tina Teammate", "email": teammate.email, "handle": "Tina Teammate"}]}


def filled(film: Film, staff: User, at: datetime, count: int) -> None:
    for number in range(count):
        moment = at + timedelta(minutes=number)
        write_comment(film, text=f"Words {number:03}", actor=Actor.of(staff), at=moment, key=str(number))
        audit(film, "changed", actor=SYSTEM, at=moment, changes={"title": ["Old", f"New {number}"]})


def test_chips_filter_the_timeline_and_the_address_keeps_it(
    clerk: Client, film: Film, staff: User, at: datetime
) -> None:
    filled(film, staff, at, 2)
    everything = page(clerk, film)
    assert "Words 001" in everything
    assert "New 1" in everything
    assert f'href="{below(film, "change/")}?kind=comments#story"' in everything
    assert f'hx-get="{below(film, "story/")}?kind=comments"' in everything
    only = page(clerk, film, "?kind=comments")
    assert "Words 001" in only
    assert "New 1" not in only
    answer = clerk.get(below(film, "story/?kind=changes"), headers=HTMX)
    assert "Words 001" not in answer.content.decode()
    assert "<!DOCTYPE" not in answer.content.decode()
    assert clerk.get(below(film, "story/?kind=changes"))["Location"] == f"{below(film, 'change/')}?kind=changes#story"


def test_the_newest_stand_first_and_older_are_shown_when_asked_for(
    clerk: Client, film: Film, staff: User, at: datetime
) -> None:
    filled(film, staff, at, 25)
    text = page(clerk, film, "?kind=comments")
    assert text.index("Words 024") < text.index("Words 023")
    assert "Words 004" not in text
    assert "shown=40" in text
    assert "Words 000" in page(clerk, film, "?kind=comments&shown=40")
    assert page(clerk, film, "?kind=nonsense&shown=-1&shown=x")


def test_the_page_asks_the_database_as_often_for_three_as_for_one(
    clerk: Client, film: Film, staff: User, at: datetime
) -> None:
    def count(subject: Film, rows: int) -> int:
        filled(subject, staff, at, rows)
        for number in range(rows):
            upload = SimpleUploadedFile("a.txt", b"a")
            clerk.post(below(subject, "files/"), {"files": upload, "key": f"{subject.pk}-{number}"}, headers=HTMX)
        page(clerk, subject)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(clerk, subject)
        return len(queries)

    other = FilmFactory.create()
    one = count(film, 1)
    Comment.objects.all().delete()
    assert count(other, 3) == one
