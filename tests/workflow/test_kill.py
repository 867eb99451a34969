"""SIGKILL at every point of `fire`, of the sweep and of the outbox worker: nothing lost, nothing doubled (F01)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.core.choices import OutboxState
from modules.core.models import OutboxMessage
from modules.core.outbox import LEASE as OUTBOX_LEASE
from modules.core.outbox import drain
from modules.workflow.api import fire, history_of, open_tasks_of, timers_of
from modules.workflow.clocks.sweep import LEASE, sweep_timers
from modules.workflow.models import HistoryEntry, Task, Timer
from tests.workflow.app.models import Parcel, Stamp

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Parcel]
WEEK = timedelta(days=7)
STATEMENTS = "modules.workflow.engine.statements:RecordStatements"
COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper._commit"


def database_url() -> str:
    """Where this test's database is, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    place = f"{known['HOST'] or ''}:{known['PORT']}" if known["PORT"] else known["HOST"] or ""
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{place}/{known['NAME']}"


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """The process that forks doomed children, ready to take orders."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.workflow.doomed"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as process:  # fmt: skip
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def die(nursery: subprocess.Popen[str], at: datetime) -> Callable[..., None]:
    """Let a child do a deed and die at a point; a child that lives on to the end is a mistake of the test."""

    def order(deed: str, point: str, *, record: int = 0, call: int = 1, then: datetime = at) -> None:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        line = {"deed": deed, "point": point, "record": record, "call": call, "at": then.isoformat()}
        nursery.stdin.write(json.dumps(line) + "\n")
        nursery.stdin.flush()
        assert int(nursery.stdout.readline()) == -signal.SIGKILL, point

    return order


def whole() -> Any:
    """Everything the engine and its effects have written, as values to compare."""
    tables = (Parcel, HistoryEntry, Timer, Task, OutboxMessage, Stamp)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def told(parcel: Parcel) -> int:
    """How many outbox rows the engine's effects have written about this parcel."""
    return OutboxMessage.objects.filter(effect="parcels.tell", record_id=parcel.pk).count()


FIRE_POINTS = [
    f"before {STATEMENTS}.move",
    f"after {STATEMENTS}.move",
    "before modules.workflow.engine.history:append",
    "after modules.workflow.engine.history:append",
    "before tests.workflow.app.models:Stamp.save",
    "after tests.workflow.app.models:Stamp.save",
    "before modules.core.statements:Insert.run 2",
    "after modules.core.statements:Insert.run 2",
    "before modules.workflow.engine.run:Run.rest",
    "after modules.workflow.engine.run:Run.follow",
    "after modules.workflow.people.assignments:close_left",
    "before modules.workflow.people.assignments:open_here",
    "after modules.workflow.people.assignments:open_here",
    f"before {COMMIT}",
    f"after {COMMIT}",
]


def split(point: str) -> tuple[str, int]:
    """A point with its number of the call, by default the first."""
    *words, last = point.split(" ")
    return (" ".join(words), int(last)) if last.isdigit() else (point, 1)


@pytest.mark.parametrize("point", FIRE_POINTS)
def test_f01_killed_in_fire_saves_all_or_nothing_and_a_retry_completes_it(
    make_parcel: Make, customer: User, die: Callable[..., None], at: datetime, point: str
) -> None:
    parcel = make_parcel(is_fragile=True, packer=customer)
    before = whole()
    target, call = split(point)
    die("fire", target, record=parcel.pk, call=call)
    after = whole()
    assert (after == before) is (point != f"after {COMMIT}")
    result = fire(parcel, "hand_over", actor=SYSTEM, at=at, key="once")
    assert result.replayed is (point == f"after {COMMIT}")
    assert list(history_of(parcel).values_list("transition", flat=True)) == ["start", "hand_over", "inspect"]
    assert (parcel.state, Parcel.objects.get(pk=parcel.pk).state) == ("inspected", "inspected")
    assert (Stamp.objects.count(), told(parcel)) == (1, 1)
    assert [task.key for task in open_tasks_of(parcel)] == ["look_over"]
    assert Task.objects.filter(key="wrap").get().status == "cancelled"


@pytest.mark.parametrize(
    "point",
    [
        f"after {STATEMENTS}.lock",
        "after modules.workflow.engine.history:find_by_key",
        "before modules.workflow.engine.run:Run.check_guards",
        "after modules.workflow.clocks.timers:open_here",
        f"before {COMMIT}",
        f"after {COMMIT}",
    ],
)
def test_f01_killed_in_a_guarded_fire(make_parcel: Make, die: Callable[..., None], at: datetime, point: str) -> None:
    parcel = make_parcel()
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    die("fire_guarded", point, record=parcel.pk)
    assert timers_of(parcel).count() == int(point == f"after {COMMIT}")
    fire(parcel, "send_off", actor=SYSTEM, at=at, key="once")
    assert history_of(parcel).filter(transition="send_off").count() == 1
    assert (timers_of(parcel).count(), told(parcel)) == (1, 2)


SWEEP_POINTS = [
    "before modules.workflow.clocks.sweep:_claim",
    "after modules.workflow.clocks.sweep:_claim",
    "before modules.workflow.clocks.sweep:_fire 2",
    f"after {STATEMENTS}.lock 2",
    f"after {STATEMENTS}.move 2",
    "after modules.workflow.engine.history:append 2",
    "after modules.workflow.clocks.timers:close_left 2",
    "after modules.workflow.clocks.timers:open_here 2",
    "after modules.workflow.clocks.sweep:_fire 2",
    f"before {COMMIT}",
    f"after {COMMIT}",
    f"before {COMMIT} 3",
    f"after {COMMIT} 3",
]


@pytest.mark.parametrize("point", SWEEP_POINTS)
def test_f02_a_sweep_killed_anywhere_fires_every_timer_once(
    make_parcel: Make, customer: User, die: Callable[..., None], at: datetime, point: str
) -> None:
    parcels = [make_parcel() for _ in range(3)]
    for parcel in parcels:
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
        fire(parcel, "send_off", actor=SYSTEM, at=at)
    target, call = split(point)
    die("sweep", target, call=call, then=at + WEEK)
    sweep_timers(at + WEEK + LEASE)
    for parcel in parcels:
        assert list(history_of(parcel).values_list("transition", flat=True))[3:] == ["lose"]
        assert [timer.transition for timer in timers_of(parcel)] == ["give_up"]
    assert Stamp.objects.filter(word="lose").count() == 3
    assert OutboxMessage.objects.filter(effect="parcels.tell").count() == 9


OUTBOX_POINTS = [
    "before modules.core.outbox:lease_due",
    "after modules.core.outbox:lease_due",
    "before modules.core.outbox:_attempt 2",
    "before tests.workflow.app.models:Stamp.save 2",
    "after tests.workflow.app.models:Stamp.save 2",
    "before modules.core.outbox:_finish 2",
    "after modules.core.outbox:_finish 2",
    "after modules.core.outbox:_attempt 2",
    f"before {COMMIT}",
    f"after {COMMIT}",
]


@pytest.mark.parametrize("point", OUTBOX_POINTS)
def test_f02_an_outbox_worker_killed_anywhere_does_every_effect_once(
    make_parcel: Make, customer: User, die: Callable[..., None], at: datetime, point: str
) -> None:
    for _ in range(3):
        fire(make_parcel(), "hand_over", actor=SYSTEM, at=at)
    target, call = split(point)
    die("deliver", target, call=call)
    drain(at=at + OUTBOX_LEASE + timedelta(seconds=1))
    messages = OutboxMessage.objects.all()
    assert {message.state for message in messages} == {OutboxState.DONE}
    assert max(message.attempts for message in messages) <= 2
    told = list(Stamp.objects.filter(word="told").values_list("key", flat=True))
    assert sorted(told) == sorted(f"told {message.key}" for message in messages)
