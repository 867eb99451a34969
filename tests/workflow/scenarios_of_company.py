"""What must hold of repetitions, promises, votes, events, versions and compensation; see `scenarios.py`."""

from dataclasses import replace
from datetime import timedelta

from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import Refused, complete, deliver, fire, open_tasks_of, timers_of
from modules.workflow.clocks.sweep import sweep_timers
from modules.workflow.flows import flow_of
from modules.workflow.models import SlaClock
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Knot, Stamp
from tests.workflow.conftest import as_actor, role_group
from tests.workflow.scenarios import World, steps

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def words(knot: Knot) -> list[str]:
    return list(Stamp.objects.filter(record_id=knot.pk).order_by("pk").values_list("word", flat=True))


def a_repetition_misses_no_more_than_once(world: World) -> None:
    """After a downtime it runs once, and goes on in its rhythm."""
    knot = world.knot()
    fire(knot, "wait", actor=SYSTEM, at=world.at)
    for late in (7 * HOUR, 7 * HOUR + MINUTE, 7 * HOUR + 2 * MINUTE):
        sweep_timers(world.at + late)
    assert words(knot) == ["nag"]
    assert timers_of(knot).get(transition="nag").due_at == world.at + 8 * HOUR


def a_repetition_ends_with_its_state(world: World) -> None:
    """A worker holds its timer while the record leaves."""
    knot = world.knot()
    fire(knot, "wait", actor=SYSTEM, at=world.at)
    Knot.objects.filter(pk=knot.pk).update(state="s6")  # as another worker's commit would leave it
    sweep_timers(world.at + 3 * HOUR)
    assert words(knot) == []


def a_pause_costs_nothing(world: World) -> None:
    knot = world.knot()
    fire(knot, "wait", actor=SYSTEM, at=world.at)
    fire(knot, "pause", actor=SYSTEM, at=world.at + 5 * HOUR)
    fire(knot, "wait", actor=SYSTEM, at=world.at + 50 * HOUR)
    assert SlaClock.objects.get(record_id=knot.pk).due_at == world.at + 53 * HOUR


def a_promise_is_broken_once(world: World) -> None:
    knot = world.knot()
    fire(knot, "wait", actor=SYSTEM, at=world.at)
    for late in (9 * HOUR, 10 * HOUR, 11 * HOUR):
        sweep_timers(world.at + late)
    assert words(knot).count("answer#breach") == 1


def voters(count: int) -> list[Actor]:
    """Inspectors, each with a seat of their own."""
    people = [UserFactory.create(is_staff=True) for _ in range(count)]
    for person in people:
        person.groups.add(role_group("parcels.inspector"))
    return [as_actor(person) for person in people]


def two_must_agree(world: World) -> None:
    first, second = voters(2)
    knot = world.knot()
    fire(knot, "ask", actor=SYSTEM, at=world.at)
    for voter, state in ((first, "s7"), (second, "s4")):
        complete(open_tasks_of(knot).get(person=voter.user_id), "yes", actor=voter, at=world.at)
        knot.refresh_from_db()
        assert knot.state == state
    assert not open_tasks_of(knot).exists()


def an_early_event_is_not_lost(world: World) -> None:
    knot = world.knot()
    assert deliver("knots.rang", knot.pk, at=world.at) is None
    fire(knot, "wait", actor=SYSTEM, at=world.at + HOUR)
    knot.refresh_from_db()
    assert (knot.state, steps(knot)) == ("s4", ["start", "wait", "ring"])


def an_event_finds_its_own_record(world: World) -> None:
    """In time, and by the key of the record itself: the other one stays."""
    other, knot = world.knot(), world.knot()
    for each in (other, knot):
        fire(each, "wait", actor=SYSTEM, at=world.at)
    deliver("knots.rang", knot.pk, at=world.at)
    assert [Knot.objects.get(pk=each.pk).state for each in (other, knot)] == ["s3", "s4"]


def a_record_keeps_its_version(world: World) -> None:
    """A new version without the step is published; who stands on the old one may take it."""
    knot, flow = world.knot(), flow_of(Knot)
    rest = tuple(way for way in flow.graph.transitions if way.key != "poison")
    flow.use(replace(flow.graph, version=2, transitions=rest))
    try:
        fire(knot, "poison", actor=SYSTEM, at=world.at)
    except (Refused, LookupError) as refusal:
        raise AssertionError(f"the step of its version was refused: {refusal}") from refusal
    assert (knot.state, knot.workflow_version) == ("s5", 1)


def what_was_done_is_made_up_for_newest_first(world: World) -> None:
    knot = world.knot()
    for name in ("book", "pack", "call_off"):
        fire(knot, name, actor=SYSTEM, at=world.at)
    assert words(knot) == ["back pack", "back book"]
