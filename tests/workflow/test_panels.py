"""What record pages show: actions with reasons, work, timers, the story, in a constant number of queries."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.console.story import Story
from modules.core.actors import SYSTEM, Actor
from modules.core.looks import look_of
from modules.core.slots import render_slot
from modules.core.timeline import timeline_of
from modules.workflow.api import claim, fire, open_tasks_of
from modules.workflow.models import Definition, HistoryEntry, Task
from modules.workflow.panels.actions import actions_of
from modules.workflow.panels.clockwork import timers_shown
from modules.workflow.panels.story import entries_of, owner_story, staff_story, trail_of
from modules.workflow.panels.work import tasks_of
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
GRAPH = ParcelFlow.flow.graph


def request_of(actor: Actor, at: datetime) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = actor.user or AnonymousUser()
    request.actor, request.now, request.htmx = actor, at, False  # type: ignore[attr-defined]
    return request


def slot(name: str, record: Parcel, actor: Actor, at: datetime) -> str:
    return str(render_slot(name, request_of(actor, at), record=record))


def shown(record: Parcel, actor: Actor, at: datetime, **options: Any) -> dict[str, tuple[bool, tuple[str, ...]]]:
    found = actions_of(record, actor, at, lambda name: f"/{name}/", **options)
    return {action.name: (action.is_allowed, action.reasons) for action in found}


def test_a_refused_action_is_shown_with_its_reason_and_one_that_is_never_theirs_is_not(
    make_parcel: Any, clerk: User, customer: User, at: datetime
) -> None:
    heavy = make_parcel(weight=2500)
    fire(heavy, "hand_over", actor=SYSTEM, at=at)
    staff = shown(heavy, as_actor(clerk), at)
    assert staff["send_off"] == (False, ("Too heavy by 500 g",))
    assert "burn" not in staff
    assert shown(heavy, as_actor(customer), at) == {"cancel": (True, ())}
    assert shown(heavy, as_actor(UserFactory.create()), at) == {}


def test_the_reason_stands_beside_its_disabled_button(make_parcel: Any, clerk: User, at: datetime) -> None:
    heavy = make_parcel(weight=2500)
    fire(heavy, "hand_over", actor=SYSTEM, at=at)
    text = slot("console.record.side", heavy, as_actor(clerk), at)
    assert 'aria-disabled="true" aria-describedby="why-not-send_off"' in text
    assert '<p class="console-hint" id="why-not-send_off">Too heavy by 500 g</p>' in text


def test_on_the_portal_staff_who_own_a_parcel_see_what_owners_do(make_parcel: Any, clerk: User, at: datetime) -> None:
    own = make_parcel(customer=clerk)
    assert set(shown(own, as_actor(clerk), at)) == {"pack", "cancel"}
    assert set(shown(own, as_actor(clerk), at, for_owner=True)) == {"cancel"}


def test_f36_the_portals_slots_stay_empty_for_strangers(parcel: Parcel, customer: User, at: datetime) -> None:
    stranger = as_actor(UserFactory.create())
    for name in ("portal.record.actions", "portal.record.timeline"):
        assert slot(name, parcel, stranger, at) == ""
        assert slot(name, parcel, Actor.guest(), at) == ""
        assert slot(name, parcel, as_actor(customer), at) != ""
    guest = Actor.guest(grants=frozenset({f"parcels.parcel:{parcel.pk}"}))
    assert "Cancel the parcel" in slot("portal.record.actions", parcel, guest, at)


def test_a_form_or_question_has_a_page_and_a_plain_step_a_button(
    make_parcel: Any, customer: User, at: datetime
) -> None:
    parcel = make_parcel()
    text = slot("portal.record.actions", parcel, as_actor(customer), at)
    assert f'href="/parcels/{parcel.pk}/actions/cancel/"' in text
    assert 'data-dialog="workflow-dialog"' in text
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    Parcel.objects.filter(pk=parcel.pk).update(state="sent")
    parcel.refresh_from_db()
    text = slot("portal.record.actions", parcel, as_actor(customer), at)
    assert f'action="/parcels/{parcel.pk}/actions/arrive/"' in text
    assert 'name="_key"' in text
    assert 'name="_expected" value="sent"' in text


def test_tasks_say_who_holds_them_and_offer_what_the_reader_may_do(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    [task] = tasks_of(parcel, as_actor(clerk), at)
    assert (task.title, task.holder, task.is_late) == ("Look the parcel over", "for inspector", False)
    assert task.claim_url
    assert not task.release_url
    assert [outcome.name for outcome in task.outcomes] == ["sound", "broken"]
    assert tasks_of(parcel, as_actor(UserFactory.create(is_staff=True)), at)[0].claim_url == ""
    claim(open_tasks_of(parcel).get(), actor=as_actor(clerk), at=at)
    [task] = tasks_of(parcel, as_actor(clerk), at + timedelta(hours=5))
    assert (task.holder, task.is_late, task.claim_url) == ("you", True, "")
    assert task.release_url


def test_a_task_is_given_to_a_colleague_of_its_role(
    make_parcel: Any, clerk: User, client_of: Any, at: datetime
) -> None:
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    task, other = open_tasks_of(parcel).get(), UserFactory.create(is_staff=True, name="Other Inspector")
    other.groups.set(clerk.groups.all())
    [shown_task] = tasks_of(parcel, as_actor(clerk), at)
    assert "Other Inspector" in [person.name for person in shown_task.people]
    assert tasks_of(parcel, as_actor(UserFactory.create(is_staff=True)), at)[0].assign_url == ""
    manager = client_of(UserFactory.create(is_staff=True, is_superuser=True))
    answer = manager.post(shown_task.assign_url, {"person": other.pk})
    assert answer.status_code == 303
    task.refresh_from_db()
    assert task.person == other
    for nobody in ("", "x", "0", str(UserFactory.create(is_staff=True).pk)):
        assert manager.post(shown_task.assign_url, {"person": nobody}).status_code == 404


def test_a_task_that_a_transition_completes_names_it(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel = make_parcel(packer=clerk)
    [task] = tasks_of(parcel, as_actor(clerk), at)
    assert (task.done_by, task.complete_url) == ("Pack", "")


def test_timers_say_what_will_happen_and_when(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel = make_parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    fire(parcel, "send_off", actor=as_actor(clerk), at=at)
    [timer] = timers_shown(parcel)
    assert (timer.title, timer.target, timer.due_at) == ("Lose", "Lost", at + timedelta(days=7))


def test_the_story_for_staff_says_who_did_what_why_and_with_what(
    make_parcel: Any, clerk: User, customer: User, at: datetime
) -> None:
    parcel = make_parcel()
    fire(parcel, "pack", actor=as_actor(clerk), at=at, data={"weight": "700"})
    fire(parcel, "cancel", actor=as_actor(customer), at=at, data={"reason": "Too late", "photo_count": "2"})
    lines = staff_story(GRAPH, entries_of(parcel), as_actor(clerk))
    assert [(line.title, line.way) for line in lines] == [
        ("Cancel the parcel", "Packed → Cancelled"),
        ("Pack", "Ordered → Packed"),
        ("Start", ""),
    ]
    assert (lines[0].text, lines[0].actor) == ("Too late", customer.name)
    assert [(fact.title, fact.value) for fact in lines[0].facts] == [("Photo count", "2")]
    assert lines[1].actor == "you"


def test_the_story_for_the_owner_names_no_staff_and_tells_none_of_their_notes(
    make_parcel: Any, clerk: User, customer: User, at: datetime
) -> None:
    parcel = make_parcel()
    fire(parcel, "cancel", actor=as_actor(clerk), at=at, data={"reason": "Looks like fraud"})
    text = slot("portal.record.timeline", parcel, as_actor(customer), at)
    assert "Cancelled" in text
    assert "fraud" not in text
    assert clerk.email not in text
    assert clerk.name not in text
    story = owner_story(GRAPH, entries_of(parcel), as_actor(customer))
    assert [line.title for line in story] == ["Cancelled", "Ordered"]


def test_what_people_wrote_is_escaped(make_parcel: Any, clerk: User, customer: User, at: datetime) -> None:
    parcel = make_parcel()
    fire(parcel, "cancel", actor=as_actor(customer), at=at, data={"reason": "<script>alert(1)</script>"})
    items = timeline_of(request_of(as_actor(clerk), at), parcel, ["history"])
    cancelled = f"{customer.name} chose “Cancel the parcel”, because: <script>alert(1)</script>"
    assert [str(item.title) for item in items] == [cancelled, "The system started it."]
    console = render_to_string("console/partials/_timeline.html", {"story": Story(items, (), "")})
    for text in (console, slot("portal.record.timeline", parcel, as_actor(customer), at)):
        assert "&lt;script&gt;" in text
        assert "<script>" not in text


def test_the_diagram_shows_the_way_taken(make_parcel: Any, clerk: User, at: datetime) -> None:
    parcel = make_parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    trail = trail_of(parcel, entries_of(parcel))
    assert (trail.state, ("ordered", "hand_over") in trail.steps) == ("packed", True)
    text = slot("console.record.below", parcel, as_actor(clerk), at)
    assert "is-here" in text
    assert 'class="is-taken"' in text


def test_a_states_look_is_the_workflows(parcel: Parcel) -> None:
    look = look_of(parcel)
    assert (look.title, look.tone) == ("Ordered", GRAPH.state("ordered").tone)


@pytest.mark.parametrize(
    "name", ["console.record.side", "console.record.below", "portal.record.actions", "portal.record.timeline"]
)
def test_a_long_story_takes_as_many_queries_as_a_short_one(
    make_parcel: Any, clerk: User, customer: User, at: datetime, name: str
) -> None:
    reader = clerk if name.startswith("console") else customer
    counts = []
    for restamps in (1, 8):
        parcel = make_parcel(packer=clerk)
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
        for _ in range(restamps):
            fire(parcel, "restamp", actor=as_actor(clerk), at=at)
        parcel, actor = Parcel.objects.get(pk=parcel.pk), as_actor(reader)
        slot(name, parcel, actor, at)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            slot(name, parcel, actor, at)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_rows_of_the_engine_about_a_record_are_not_the_record(make_parcel: Any, clerk: User, at: datetime) -> None:
    task = open_tasks_of(make_parcel(packer=clerk)).get()
    for name in ("console.record.side", "console.record.below"):
        assert "workflow" not in slot(name, task, as_actor(clerk), at)  # type: ignore[arg-type]


def test_the_console_shows_the_engines_tables_and_changes_none(client_of: Any, make_parcel: Any, at: datetime) -> None:
    parcel = make_parcel(packer=None, is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    client = client_of(UserFactory.create(is_staff=True, is_superuser=True))
    pages = [f"/console/workflow/{name}/" for name in ("task", "timer", "historyentry", "definition")]
    pages += [f"/console/workflow/{kind._meta.model_name}/{row.pk}/change/" for kind in (Task, HistoryEntry, Definition)
              for row in kind._default_manager.all()[:1]]  # fmt: skip
    assert len(pages) >= 6
    for page in pages:
        assert client.get(page).status_code == 200, page
    assert client.get("/console/workflow/task/add/").status_code == 403
    steps = client.get("/console/workflow/historyentry/").content.decode()
    assert "Hand over" in steps
    assert "hand_over" not in steps
