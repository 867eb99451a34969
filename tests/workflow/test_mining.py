"""What a workflow's figures tell of its history, step by step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import claim, fire, open_tasks_of
from modules.workflow.engine.history import append
from modules.workflow.flows import Flow
from modules.workflow.graph import Sla, Wait
from modules.workflow.mining import paths
from modules.workflow.mining.cases import Cases, records_of
from modules.workflow.mining.design import discover
from modules.workflow.mining.figures import Figures, measure, percentile, place_of
from modules.workflow.mining.paths import Path, read_paths
from modules.workflow.mining.promises import promises
from modules.workflow.mining.scope import Scope
from modules.workflow.mining.standing import Standing, standing
from modules.workflow.models import SlaClock
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor

pytestmark = pytest.mark.django_db
FLOW = ParcelFlow.flow
HOUR = 3600


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def figures(scope: Scope | None = None) -> Figures:
    return measure(read_paths(FLOW, scope or Scope()))


@pytest.fixture
def send(make_parcel: Callable[..., Parcel], at: datetime) -> Callable[..., Parcel]:
    """A parcel that waits so many hours in Ordered, then in Packed, and is under way."""

    def make(ordered: float, packed: float, **fields: Any) -> Parcel:
        parcel = make_parcel(**fields)
        fire(parcel, "hand_over", actor=SYSTEM, at=at + hours(ordered))
        fire(parcel, "send_off", actor=SYSTEM, at=at + hours(ordered + packed))
        return parcel

    return make


def by_hand(parcel: Parcel, at: datetime, *, name: str, source: str, target: str) -> None:
    """A step that the design does not know."""
    append(FLOW.graph, parcel.pk, transition=name, source=source, target=target, actor=SYSTEM, at=at)


def test_time_in_a_state_is_from_coming_in_to_going_out(send: Any, make_parcel: Any) -> None:
    for ordered, packed in ((1, 10), (2, 20), (3, 30)):
        send(ordered, packed)
    make_parcel()
    found = figures()
    assert (found.records, found.timed) == (4, 4)
    ordered = found.states["ordered"]
    assert ordered.waits is not None
    assert (ordered.count, ordered.waits.median, ordered.waits.high) == (4, 2 * HOUR, 3 * HOUR)
    assert ordered.waits.total == 6 * HOUR
    sent = found.moves["packed", "send_off", "sent"]
    assert sent.waits is not None
    assert (sent.count, sent.waits.median) == (3, 20 * HOUR)
    assert found.states["sent"].waits is None


def test_what_is_noted_beside_the_steps_changes_no_figure(
    make_parcel: Any, send: Any, clerk: User, at: datetime
) -> None:
    send(1, 10)
    plain = figures()
    Parcel.objects.all().delete()
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    before = figures()
    claim(open_tasks_of(parcel).get(), actor=as_actor(clerk), at=at + hours(3))
    assert figures() == before
    assert plain.records == 1


def test_a_step_within_a_state_is_counted_and_does_not_end_the_wait(make_parcel: Any, at: datetime) -> None:
    parcel = make_parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=at + hours(1))
    fire(parcel, "restamp", actor=SYSTEM, at=at + hours(3))
    fire(parcel, "restamp", actor=SYSTEM, at=at + hours(4))
    fire(parcel, "cancel", actor=SYSTEM, at=at + hours(6), data={"reason": "Too late"})
    found = figures()
    stamped, packed = found.moves["packed", "restamp", "packed"], found.states["packed"]
    assert (stamped.count, stamped.records, stamped.again, stamped.again_records) == (2, 1, 1, 1)
    assert packed.waits is not None
    assert (packed.count, packed.again, packed.waits.median) == (1, 0, 5 * HOUR)
    assert [variant.states for variant in found.variants] == [("ordered", "packed", "cancelled")]


def test_a_record_that_comes_back_is_counted_again(send: Any, at: datetime) -> None:
    parcel = send(1, 1)
    send(1, 1)
    by_hand(parcel, at + hours(3), name="move", source="sent", target="packed")
    by_hand(parcel, at + hours(5), name="move", source="packed", target="sent")
    found = figures()
    sent = found.states["sent"]
    assert (sent.count, sent.records, sent.again, sent.again_records) == (3, 2, 1, 1)
    assert records_of(FLOW, Scope(), Cases(state="sent", is_again=True), at).get() == parcel
    assert records_of(FLOW, Scope(), Cases(state="sent"), at).count() == 2


def test_the_ways_are_told_by_how_many_went_them(send: Any, make_parcel: Any, at: datetime) -> None:
    sent = [send(1, 1) for _ in range(3)]
    waiting = make_parcel()
    first, second = figures().variants
    assert (first.states, first.count) == (("ordered", "packed", "sent"), 3)
    assert first.waits is not None
    assert first.waits.median == 2 * HOUR
    assert (second.states, second.count, second.waits) == (("ordered",), 1, None)
    went = records_of(FLOW, Scope(), Cases(ways=(first.states,)), at)
    assert list(went) == sent[::-1]
    assert records_of(FLOW, Scope(), Cases(ways=(first.states,), is_other=True), at).get() == waiting


def test_what_happened_is_laid_over_what_was_designed(send: Any, at: datetime) -> None:
    parcel = send(1, 1)
    by_hand(parcel, at + hours(3), name="move", source="sent", target="ordered")
    by_hand(parcel, at + hours(4), name="move", source="ordered", target="gone")
    found = discover(FLOW.graph, figures())
    assert set(found.besides) == {("sent", "move", "ordered"), ("ordered", "move", "gone")}
    assert found.graph.has_state("gone")
    assert not FLOW.graph.has_state("gone")
    unused = {transition.key for transition in found.unused}
    assert {"lose", "pack", "cancel"} <= unused
    assert not {"hand_over", "send_off"} & unused
    assert ("packed", "send_off") in found.trail.steps
    assert ("ordered", "pack") not in found.trail.steps


def test_times_of_a_large_set_are_those_of_a_part_and_counts_of_all(send: Any, monkeypatch: Any) -> None:
    for _ in range(60):
        send(1, 10)
    monkeypatch.setattr(paths, "SAMPLE", 30)
    found = figures()
    assert found.records == 60
    assert 27 <= found.timed <= 33
    ordered = found.states["ordered"]
    assert ordered.waits is not None
    assert (ordered.count, ordered.waits.median, ordered.waits.total) == (60, HOUR, 60 * HOUR)


def test_who_stands_where_and_for_how_long(send: Any, make_parcel: Any, at: datetime) -> None:
    for ordered in range(1, 11):
        send(ordered, 0)
    make_parcel()
    now = standing(FLOW, Scope(), at + hours(20))
    assert now["sent"] == Standing(10, 14 * HOUR, 18 * HOUR, 19 * HOUR)
    assert now["ordered"] == Standing(1, 20 * HOUR, 20 * HOUR, 20 * HOUR)
    assert now["cancelled"] == Standing(0)


def test_nothing_happened_and_nothing_is_told(at: datetime) -> None:
    assert figures() == Figures()
    assert discover(FLOW.graph, figures()).besides == ()


def test_a_percentile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    assert [percentile(range(1, size + 1), 50) for size in (1, 2, 3, 10)] == [1, 1, 2, 5]
    assert [place_of(size, 90) for size in (1, 2, 9, 10, 11)] == [1, 2, 9, 9, 10]


def test_many_ways_are_told_in_ten_and_the_rest_is_counted() -> None:
    found = measure([Path((("start", "a"), ("go", f"s{n}")), n, ()) for n in range(1, 14)])
    assert [variant.count for variant in found.variants] == list(range(13, 3, -1))
    assert (found.other_variants, found.in_other_variants, found.records) == (3, 6, 91)


def test_promises_kept_broken_and_running_are_counted(send: Any, make_parcel: Any, at: datetime) -> None:
    promise = Sla("quick", "Sent within a day", ("ordered",), Wait(hours(24)))
    flow = Flow(replace(FLOW.graph, slas=(promise,)), Parcel)
    parcels = [make_parcel() for _ in range(5)]
    times: list[dict[str, Any]] = [
        {"ended_at": at + hours(2)},
        {"ended_at": at + hours(30), "breached_at": at + hours(24)},
        {"running_since": at, "due_at": at + hours(24)},  # nobody has looked yet
        {"running_since": at, "due_at": at + hours(90)},
        {"due_at": at + hours(1)},  # stands still
    ]
    for parcel, fields in zip(parcels, times, strict=True):
        SlaClock.objects.create(
            record_type="parcels.parcel", record_id=parcel.pk, sla="quick", started_at=at, spent=hours(0), **fields
        )
    [found] = promises(flow, Scope(), at + hours(48))
    assert (found.kept, found.broken, found.running, found.ended) == (1, 2, 2, 3)
    late = records_of(flow, Scope(), Cases(broken="quick"), at + hours(48))
    assert list(late) == [parcels[2], parcels[1]]
    [narrow] = promises(flow, Scope(values=(("id", parcels[0].pk),)), at + hours(48))
    assert (narrow.kept, narrow.broken, narrow.running) == (1, 0, 0)
    assert promises(FLOW, Scope(), at) == []
