"""What must hold of work, of time, of what goes out, and of taking back; see `scenarios.py`."""

from datetime import timedelta

from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.outbox import drain
from modules.workflow.api import (
    LeftTheHouse,
    TaskClosed,
    TaskTaken,
    advance,
    claim,
    complete,
    fire,
    open_tasks_of,
    timers_of,
    undo_last,
)
from modules.workflow.clocks import sweep
from modules.workflow.clocks.sweep import LEASE, sweep_timers
from modules.workflow.models import HistoryEntry, Task, Timer
from tests.workflow.app.models import Knot, Parcel, Slip
from tests.workflow.scenarios import World, refusing, sent, steps

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


# Work


def leaving_ends_the_work(world: World) -> None:
    parcel = world.parcel()
    assert [task.key for task in open_tasks_of(parcel)] == ["wrap"]
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    assert [task.status for task in Task.objects.all()] == ["cancelled"]


def a_task_ends_once(world: World) -> None:
    parcel = world.parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    task = open_tasks_of(parcel).get()
    complete(task, "sound", actor=world.inspector, at=world.at)
    with refusing(TaskClosed):
        complete(task, "sound", actor=world.inspector, at=world.at)
    assert steps(parcel).count("look_over.sound") == 1


def a_taken_task_stays_taken(world: World) -> None:
    parcel = world.parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    task = open_tasks_of(parcel).get()
    claim(task, actor=world.inspector, at=world.at)
    with refusing(TaskTaken):
        claim(task, actor=world.clerk, at=world.at)


# Time


def leaving_ends_the_timers(world: World) -> None:
    parcel = sent(world)
    assert [timer.transition for timer in timers_of(parcel)] == ["lose"]
    fire(parcel, "arrive", actor=SYSTEM, at=world.at)
    assert not timers_of(parcel).exists()


def a_timer_waits_for_its_time(world: World) -> None:
    parcel = sent(world)
    assert sweep_timers(world.at + WEEK - HOUR) == 0
    assert sweep_timers(world.at + WEEK) == 1
    assert Parcel.objects.get(pk=parcel.pk).state == "lost"


def guards_stop_timers(world: World) -> None:
    parcel = sent(world)
    sweep_timers(world.at + WEEK)
    Parcel.objects.filter(pk=parcel.pk).update(weight=2500)
    sweep_timers(world.at + 6 * WEEK)
    assert Parcel.objects.get(pk=parcel.pk).state == "lost"
    assert timers_of(parcel).get().error == "Too heavy by 500 g"


def what_is_left_does_not_fire(world: World) -> None:
    """A worker holds a timer while the record leaves and comes to another state that has none."""
    parcel = sent(world)
    Parcel.objects.filter(pk=parcel.pk).update(state="arrived")  # as another worker's commit would leave it
    assert sweep_timers(world.at + WEEK) == 0
    assert (Parcel.objects.get(pk=parcel.pk).state, steps(parcel)[-1]) == ("arrived", "send_off")


def a_lease_holds(world: World) -> None:
    """What one worker has taken is no other's until the lease is over: here the first one was killed."""
    sent(world)
    now = world.at + WEEK
    taken = Timer.objects.get()
    assert [timer.pk for timer in sweep._claim(now)] == [taken.pk]
    assert sweep_timers(now + timedelta(seconds=1)) == 0
    assert sweep_timers(now + LEASE) == 1


def one_bad_timer_stops_no_other(world: World) -> None:
    bad, good = world.knot(), world.knot()
    fire(bad, "poison", actor=SYSTEM, at=world.at)
    fire(good, "wait", actor=SYSTEM, at=world.at + timedelta(minutes=1))
    try:
        sweep_timers(world.at + WEEK)
    except OSError as error:
        raise AssertionError("one poisoned timer stopped the sweep") from error
    assert Knot.objects.get(pk=good.pk).state == "s4"
    assert timers_of(bad).get().attempts == 1


# The world outside


def each_step_tells_the_world(world: World) -> None:
    """Two records take the same step: two rows, each with a key that names its step."""
    parcels = [sent(world) for _ in range(2)]
    entries = HistoryEntry.objects.filter(transition="send_off", record_id__in=[parcel.pk for parcel in parcels])
    keys = {f"parcels.parcel:{entry.record_id}:{entry.pk}" for entry in entries}
    assert keys <= set(OutboxMessage.objects.values_list("key", flat=True))


# Taking back


def taken_back_is_as_before(world: World) -> None:
    slip = world.slip()
    timers = list(timers_of(slip).values("transition", "state", "due_at"))
    fire(slip, "ask", actor=world.clerk, at=world.at + HOUR)
    undo_last(slip, actor=world.clerk, at=world.at + HOUR)
    assert list(timers_of(slip).values("transition", "state", "due_at")) == timers
    assert [task.key for task in open_tasks_of(slip)] == ["prepare"]
    assert OutboxMessage.objects.filter(effect="parcels.tell").count() == 0


def what_left_the_house_stays(world: World) -> None:
    slip = world.slip()
    fire(slip, "ask", actor=world.clerk, at=world.at)
    drain(at=world.at + HOUR)
    with refusing(LeftTheHouse):
        undo_last(slip, actor=world.clerk, at=world.at + HOUR)
    assert Slip.objects.get(pk=slip.pk).state == "asked"


def facts_move_records(world: World) -> None:
    """Something that a guard asks has changed: `advance` looks."""
    parcel = world.parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=world.at)
    Parcel.objects.filter(pk=parcel.pk).update(is_fragile=True)
    advance(parcel, at=world.at)
    assert (parcel.state, [task.key for task in open_tasks_of(parcel)]) == ("inspected", ["look_over"])
