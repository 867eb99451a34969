"""Somebody outside does one task by a signed link: what opens, for whom, how long, and what it lets them do."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import Actor
from modules.workflow.api import assign, complete, fire, flow_of, history_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.errors import (
    TaskNotYours,
    TransitionNotAllowed,
    WorkLinkExpired,
    WorkLinkUnknown,
)
from modules.workflow.graph import ActorRule, Decision, Escalation
from modules.workflow.messages import WorkForYou
from modules.workflow.models import HistoryEntry, Task, TaskLink
from modules.workflow.people import links
from modules.workflow.services import ask
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.clocks import go
from tests.workflow.conftest import as_actor
from tests.workflow.offices import Office, review, role, seats, staff

EVA = "eva@example.test"
LINK = role("link", "customer__email")
pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def slip(slip_for: Office) -> Slip:
    return slip_for(review(LINK), customer=UserFactory.create(email=EVA))


def path_of(link: TaskLink | None = None) -> str:
    return urlsplit(links.address_of(link or TaskLink.objects.latest("pk"))).path


def token_of(link: TaskLink | None = None) -> str:
    return path_of(link).split("/")[2]


def page(path: str, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_the_page_says_what_is_asked_and_the_answer_moves_the_record(slip: Slip) -> None:
    text = page(path_of())
    assert "<h1>Review</h1>" in text
    assert re.findall(r'name="outcome" value="(\w+)"', text) == ["yes", "perhaps", "no"]
    answer = Client().post(path_of(), {"outcome": "yes"})
    assert (answer.status_code, answer["Location"]) == (303, path_of())
    assert "We have your answer: Yes." in page(path_of())
    slip.refresh_from_db()
    entry = history_of(slip).latest("pk")
    assert (slip.state, entry.transition, entry.actor_label, entry.actor) == ("done", "review.yes", EVA, None)
    assert TaskLink.objects.get().used_at is not None


def test_twelve_presses_are_one_answer(slip: Slip) -> None:
    codes = {Client().post(path_of(), {"outcome": word}).status_code for word in ["yes", "no"] * 6}
    assert (codes, HistoryEntry.objects.filter(transition__startswith="review.").count()) == ({303, 200}, 1)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twelve_presses_at_once_are_one_answer(slip: Slip, at: datetime, parallel: Callable[..., list[Any]]) -> None:
    path = path_of()

    def press(number: int) -> int:
        with clock.frozen(at):
            return Client().post(path, {"outcome": "yes"}).status_code

    assert set(parallel(press, 12)) <= {200, 303}
    assert HistoryEntry.objects.filter(transition__startswith="review.").count() == 1


def test_it_is_not_found_by_searching_and_no_other_site_learns_its_address(slip: Slip) -> None:
    answer = Client().get(path_of())
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex, nofollow", "same-origin")
    assert "no-store" in answer["Cache-Control"]
    assert 'name="robots" content="noindex' in answer.content.decode()


def test_a_changed_link_opens_nothing(slip: Slip) -> None:
    token = token_of()
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", f"{token}x", "a:b:c", token.split(":")[0]):
        page(f"/work/{wrong}/", 404)
    with pytest.raises(WorkLinkUnknown):
        links.open_link("x", clock.now())


def test_a_link_ends_and_the_page_helps(slip: Slip, at: datetime, settings: Any) -> None:
    path, end = path_of(), at + timedelta(days=14)
    with clock.frozen(end - timedelta(seconds=1)):
        page(path)
    with clock.frozen(end):
        assert "we will send you a new one" in page(path, 404)
        assert Client().post(path, {"outcome": "yes"}).status_code == 404
        with pytest.raises(WorkLinkExpired):
            links.open_link(token_of(), end)
    settings.WORK_LINK_DAYS = 2
    (task,) = seats(slip)
    assert links.invite(task.pk, EVA, at=at).expires_at == at + timedelta(days=2)


def test_a_link_is_withdrawn_and_made_anew_by_who_may_change_the_record(slip: Slip, at: datetime) -> None:
    (task,), path, owner = seats(slip), path_of(), as_actor(staff("Owner", is_superuser=True))
    for stranger in (as_actor(staff("Clerk")), Actor.guest(EVA)):
        for deed in (links.revoke, links.renew):
            with pytest.raises(TaskNotYours):
                deed(task, actor=stranger, at=at)
    links.revoke(task, actor=owner, at=at)
    page(path, 404)
    fresh = links.renew(task, actor=owner, at=at)
    page(path, 404)
    page(path_of(fresh))
    assert [entry.transition for entry in history_of(slip)][-2:] == ["review.revoke", "review.invite"]


def test_a_task_that_is_somebody_else_s_now_is_not_shown_by_its_link(slip: Slip, at: datetime) -> None:
    """Given to a colleague, or handed up: the record is no business of the one outside any more."""
    (task,), old, boss = seats(slip), path_of(), staff("Boss", "parcels.voter")
    manager = as_actor(User.objects.create_superuser("boss@example.test", "secret"))
    assign(task, person=boss, actor=manager, at=at)
    page(old, 404)
    assert TaskLink.objects.get().revoked_at == at


def test_a_task_that_was_handed_up_is_not_shown_by_its_link(slip_for: Office, at: datetime) -> None:
    late = Escalation(timedelta(hours=1), role())
    slip_for(review(LINK, escalate=(late,)), customer=UserFactory.create(email=EVA))
    old = path_of()
    sweep_timers(at + timedelta(hours=2))
    page(old, 404)


def test_links_outlive_a_change_of_the_key(slip: Slip, settings: Any) -> None:
    path = path_of()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-of-the-tests"
    page(path)
    settings.SECRET_KEY_FALLBACKS = []
    page(path, 404)


def test_leaving_the_state_leaves_nothing_to_do(slip: Slip, at: datetime) -> None:
    path = path_of()
    go(slip, "aside", at)
    assert "Nothing to do any more" in page(path)
    assert Client().post(path, {"outcome": "yes"}).status_code == 200
    slip.refresh_from_db()
    assert slip.state == "aside"


def test_an_outcome_that_is_none_is_not_found(slip: Slip) -> None:
    assert Client().post(path_of(), {"outcome": "steal"}).status_code == 404
    assert Client().post(path_of(), {"transition": "done"}).status_code == 404


def test_the_rights_come_from_the_record_and_the_address(slip: Slip, slip_for: Office, at: datetime) -> None:
    (task,), grant = seats(slip), frozenset({f"parcels.slip:{slip.pk}"})
    for guest in (Actor.guest(EVA), Actor.guest("other@example.test", grant), Actor.guest("", grant),
                  Actor.guest(EVA, frozenset({"parcels.slip:0"})), as_actor(staff("Clerk"))):  # fmt: skip
        with pytest.raises(TaskNotYours):
            complete(task, "yes", actor=guest, at=at)
    assert complete(task, "yes", actor=Actor.guest(EVA, grant), at=at).actor_label == EVA


def test_the_mail_carries_the_link_as_long_as_the_task_is_open(slip: Slip, at: datetime) -> None:
    link = TaskLink.objects.get()
    assert [reader.email for reader in WorkForYou.to(link)] == [EVA]
    assert WorkForYou.context(link)["link"].endswith(path_of())
    go(slip, "aside", at)
    assert WorkForYou.to(TaskLink.objects.get()) == []


def test_a_question_is_answered_by_link(slip_for: Office, voters: list[Any], at: datetime) -> None:
    slip = slip_for(review(role()), customer=UserFactory.create(email=EVA))
    (task,) = seats(slip)
    ask(task, "How <b>old</b> is it?", actor=as_actor(voters[0]), at=at)
    text = page(path_of())
    assert "How &lt;b&gt;old&lt;/b&gt; is it?" in text
    assert 'name="outcome"' not in text
    assert Client().post(path_of(), {"answer": " "}).status_code == 422
    assert Client().post(path_of(), {"answer": "Ten years"}).status_code == 303
    assert "Ten years" in page(path_of())
    task.refresh_from_db()
    assert (task.status, history_of(slip).latest("pk").data["answer"]) == ("open", "Ten years")


def test_an_answer_by_link_counts_among_those_of_colleagues(slip_for: Office, voters: list[Any], at: datetime) -> None:
    node = review(LINK, role("members"), decide=Decision("all"))
    slip = slip_for(node, customer=UserFactory.create(email=EVA))
    assert Client().post(path_of(), {"outcome": "yes"}).status_code == 303
    assert history_of(slip).latest("pk").transition == "review.vote"
    for task in seats(slip):
        complete(task, "yes", actor=as_actor(task.person), at=at)
    slip.refresh_from_db()
    assert (slip.state, Task.objects.filter(status="done").count()) == ("done", 4)


def test_a_transition_for_whoever_has_a_link(slip: Slip, at: datetime) -> None:
    guest = links.guest_of(TaskLink.objects.get())
    with pytest.raises(TransitionNotAllowed):
        fire(Slip.objects.get(pk=slip.pk), "aside", actor=guest, at=at)
    flow = flow_of("parcels.slip")
    ways = tuple(replace(way, by=(ActorRule("link"),)) if way.key == "aside" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, transitions=ways))
    assert 'name="transition" value="aside"' in page(path_of())
    assert Client().post(path_of(), {"transition": "aside"}).status_code == 303
    slip.refresh_from_db()
    assert (slip.state, history_of(slip).latest("pk").actor_label) == ("aside", EVA)


def test_who_has_an_account_answers_without_a_link(slip_for: Office, client_of: Callable[[Any], Client]) -> None:
    customer = UserFactory.create(email=EVA)
    slip = slip_for(review(role("owner", "")), customer=customer)
    (task,), path = seats(slip), f"/work/tasks/{Task.objects.latest('pk').pk}/"
    for stranger in (UserFactory.create(), staff("Clerk")):
        assert client_of(stranger).get(path).status_code == 404
        assert client_of(stranger).post(path, {"outcome": "yes"}).status_code == 404
    own = client_of(customer)
    assert re.findall(r'name="outcome" value="(\w+)"', own.get(path).content.decode()) == ["yes", "perhaps", "no"]
    assert own.post(path, {"outcome": "no"}).status_code == 303
    assert "We have your answer: No." in own.get(path).content.decode()
    task.refresh_from_db()
    assert (task.closed_by, task.outcome) == (customer, "no")


def test_what_a_transition_completes_has_no_outcomes_here(slip_for: Office) -> None:
    slip = slip_for(review(LINK), customer=UserFactory.create(email=EVA))
    flow = flow_of("parcels.slip")
    ways = tuple(replace(way, completes="review") if way.key == "aside" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, transitions=ways))
    assert slip.pk
    assert 'name="outcome"' not in page(path_of())
    assert Client().post(path_of(), {"outcome": "yes"}).status_code == 404
