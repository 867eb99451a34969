"""Comments: who may say, change and take back what, and who is told by name, once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core import comments, outbox
from modules.core.actors import Actor
from modules.core.comments import (
    Colleague,
    colleagues,
    comments_on,
    delete_comment,
    edit_comment,
    mentions_in,
    pieces,
    restore_comment,
    write_comment,
)
from modules.core.errors import NotAllowed
from modules.core.models import Comment, Mention, OutboxMessage
from modules.core.once import KeyOfAnother
from modules.films.models import Film
from modules.notifications.models import Notification
from tests.factories.accounts import StaffFactory
from tests.factories.films import FilmFactory

pytestmark = pytest.mark.django_db

ANA = Colleague(1, "Ana Ruiz", "ana@shop.test", "Ana Ruiz")
ANABEL = Colleague(2, "Anabel", "anabel@shop.test", "Anabel")
OTHER = Colleague(3, "Ana Ruiz", "ruiz@shop.test", "ruiz@shop.test")


@pytest.fixture
def film() -> Film:
    return FilmFactory.create()


def say(film: Film, person: User, at: datetime, text: str = "Hello", key: str = "k") -> Comment:
    return write_comment(film, text=text, actor=Actor.of(person), at=at, key=key)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Ana Ruiz, look", {1: "Ana Ruiz"}),
        ("see @ana ruiz.", {1: "ana ruiz"}),
        ("@ana", {1: "ana"}),
        ("@ana@shop.test!", {1: "ana@shop.test"}),
        ("@Anabel", {2: "Anabel"}),
        ("@Anabella", {}),
        ("@ana-b", {}),
        ("write to ana@shop.test", {}),
        ("x@anabel", {}),
        ("@anabel and @ana", {2: "anabel", 1: "ana"}),
        ("@ @@ @", {}),
        ("(@anabel)", {2: "anabel"}),
    ],
)
@pytest.mark.any_database
def test_names_and_addresses_behind_an_at_are_understood(text: str, named: dict[int, str]) -> None:
    assert mentions_in(text, [ANA, ANABEL]) == named


@pytest.mark.any_database
def test_what_could_mean_two_people_means_nobody() -> None:
    assert mentions_in("@Ana Ruiz", [ANA, OTHER]) == {}
    assert mentions_in("@ruiz", [ANA, OTHER]) == {3: "ruiz"}


@pytest.mark.any_database
def test_a_text_full_of_signs_is_read_quickly() -> None:
    people = [Colleague(number, f"Person {number}", f"p{number}@shop.test", "") for number in range(500)]
    assert mentions_in("@" * 5_000, people) == {}


@pytest.mark.any_database
def test_a_text_is_cut_at_the_names_of_those_who_were_told() -> None:
    found = pieces("@Ana and @Ana Ruiz", [Mention(words="Ana Ruiz"), Mention(words="Ana")])
    assert found == [("@Ana", True), (" and ", False), ("@Ana Ruiz", True)]


def test_only_staff_who_may_view_the_record_comment_on_it(
    film: Film, staff: User, stranger: User, at: datetime
) -> None:
    say(film, staff, at)
    for person in (stranger, StaffFactory.create(roles=[])):
        with pytest.raises(NotAllowed):
            say(film, person, at, key="2")
    assert comments_on(film).count() == 1


def test_the_same_press_makes_one_comment_and_nobody_takes_anothers_key(
    film: Film, staff: User, teammate: User, at: datetime
) -> None:
    assert say(film, staff, at).pk == say(film, staff, at, "Something else").pk
    assert say(film, teammate, at).author == teammate
    with pytest.raises(KeyOfAnother):
        say(FilmFactory.create(), staff, at)


@pytest.mark.parametrize("text", ["", "  \n ", "\x00"])
def test_an_empty_comment_is_none(film: Film, staff: User, at: datetime, text: str) -> None:
    with pytest.raises(comments.CommentEmpty):
        say(film, staff, at, text)


def test_a_comment_has_an_end(film: Film, staff: User, at: datetime) -> None:
    with pytest.raises(comments.CommentTooLong) as refusal:
        say(film, staff, at, "x" * 5_001)
    assert "5001" in str(refusal.value)


def test_ones_own_is_edited_for_a_quarter_of_an_hour(film: Film, staff: User, teammate: User, at: datetime) -> None:
    comment = say(film, staff, at)
    edit_comment(comment, text="Better", actor=Actor.of(staff), at=at + timedelta(minutes=14))
    comment.refresh_from_db()
    assert (comment.text, comment.edited_at) == ("Better", at + timedelta(minutes=14))
    with pytest.raises(NotAllowed):
        edit_comment(comment, text="Mine", actor=Actor.of(teammate), at=at)
    with pytest.raises(comments.TooLateToEdit):
        edit_comment(comment, text="Late", actor=Actor.of(staff), at=at + timedelta(minutes=15))


def test_taking_back_is_for_the_author_and_for_moderators_and_can_be_undone(
    film: Film, staff: User, teammate: User, owner: User, at: datetime
) -> None:
    comment = say(film, staff, at)
    with pytest.raises(NotAllowed):
        delete_comment(comment, actor=Actor.of(teammate), at=at)
    delete_comment(comment, actor=Actor.of(owner), at=at)
    assert not comments_on(film).exists()
    comment.refresh_from_db()
    with pytest.raises(NotAllowed):
        restore_comment(comment, actor=Actor.of(staff))
    restore_comment(comment, actor=Actor.of(owner))
    assert comments_on(film).get() == comment


def told(at: datetime) -> dict[str, str]:
    outbox.drain(at=at)
    found = Notification.objects.filter(message="core.mentioned").select_related("user")
    return {note.user.email: note.url for note in found}


def test_a_colleague_is_told_once_with_the_way_to_the_comment(
    film: Film, staff: User, teammate: User, at: datetime, frozen_clock: datetime, mailoutbox: list[Any]
) -> None:
    comment = say(film, staff, at, f"@{teammate.name} and @{teammate.email}, look")
    edit_comment(comment, text=f"@{teammate.email} look again", actor=Actor.of(staff), at=at)
    assert told(at) == {teammate.email: f"/console/films/film/{film.pk}/change/#comment-{comment.pk}"}
    [mail] = mailoutbox
    assert mail.to == [teammate.email]
    assert mail.subject == f"{staff.name} mentions you: film {film}"
    assert "look again" in mail.body


def test_who_is_added_by_an_edit_is_told(
    film: Film, staff: User, teammate: User, owner: User, at: datetime, frozen_clock: datetime
) -> None:
    comment = say(film, staff, at, f"@{teammate.email}")
    edit_comment(comment, text=f"@{teammate.email} @{owner.email}", actor=Actor.of(staff), at=at)
    assert set(told(at)) == {teammate.email, owner.email}


def test_nobody_is_told_without_the_right_to_view_nor_of_themselves(
    film: Film, staff: User, teammate: User, stranger: User, at: datetime, frozen_clock: datetime
) -> None:
    outsider = StaffFactory.create(email="outsider@example.test", name="Otto Out", roles=[])
    say(film, staff, at, f"@{stranger.email} @{outsider.email} @{outsider.name} @{staff.email} @{teammate.email}")
    teammate.groups.clear()
    assert told(at) == {}
    assert OutboxMessage.objects.filter(key__startswith="tell:core.mentioned").count() == 1


def test_a_comment_taken_back_tells_nobody(
    film: Film, staff: User, teammate: User, at: datetime, frozen_clock: datetime
) -> None:
    delete_comment(say(film, staff, at, f"@{teammate.email}"), actor=Actor.of(staff), at=at)
    assert told(at) == {}


def test_colleagues_are_found_by_the_beginning_of_a_name_or_an_address(
    staff: User, teammate: User, stranger: User
) -> None:
    assert [person.name for person in colleagues(Film, start="team")] == ["Tina Teammate"]
    assert [person.handle for person in colleagues(Film, start="staff@")] == ["Stefan Staff"]
    assert colleagues(Film, start="stran") == []
    StaffFactory.create(name="Tina Teammate", email="tina2@example.test", roles=["films.clerk"])
    assert {person.handle for person in colleagues(Film, start="tina")} == {teammate.email, "tina2@example.test"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f25_twelve_equal_presses_make_one_comment_and_tell_once(
    film: Film, staff: User, teammate: User, at: datetime, parallel: Any
) -> None:
    made = parallel(lambda _number: say(film, staff, at, f"@{teammate.email}").pk, 12)
    assert len(set(made)) == 1
    assert OutboxMessage.objects.filter(key__startswith="tell:core.mentioned").count() == 1
