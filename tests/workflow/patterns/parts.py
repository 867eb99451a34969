"""What the patterns are made of: a whole, its parts below it, and steps at a clock that goes on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from types import new_class
from typing import Any

from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.workflow import api
from modules.workflow.api import Workflow, children_are, history_of, open_tasks_of, role, start, task, transition, use
from tests.workflow.app.voyages import Stage, Ticket, Voyage


class P(TextChoices):
    """Where the whole stands."""

    NEW = "new", "New"
    OPEN = "open", "Open"
    WAIT = "wait", "Waiting"
    NEXT = "next", "Next"
    DONE = "done", "Done"
    OFF = "off", "Called off"


class C(TextChoices):
    """Where a part stands."""

    OPEN = "open", "Open"
    BUSY = "busy", "Busy"
    DONE = "done", "Done"
    OFF = "off", "Called off"


CLERK = role("parcels.clerk")
START_ONE = use("workflow.start_child", flow="tests.part")
START_EACH = use("workflow.start_each", flow="tests.part", relation="stages", link="stage")
DROP = use("workflow.cancel_children", relation="tickets", transition="drop")
_ticks: Iterator[int] = count()


def now() -> datetime:
    """A moment later than the last."""
    return datetime(2026, 11, 21, 12, tzinfo=UTC) + timedelta(minutes=next(_ticks))


def whole(**rules: Any) -> Any:
    """A workflow of a voyage, from new to done or called off, with these rules."""
    declared = {"key": "tests.whole", "states": P, "initial": P.NEW, "final": {P.DONE, P.OFF}, **rules}
    return new_class("WholeFlow", (Workflow[Voyage],), {}, lambda body: body.update(declared))


def part(**rules: Any) -> Any:
    """A workflow of a ticket below its voyage: begun, ended, dropped."""
    declared = {
        "key": "tests.part", "states": C, "initial": C.OPEN, "final": {C.DONE, C.OFF}, "parent": "voyage",
        "begin": by_hand(C.OPEN, to=C.BUSY), "end": by_hand(C.OPEN, C.BUSY, to=C.DONE),
        "drop": by_hand(C.OPEN, C.BUSY, to=C.OFF), **rules,
    }  # fmt: skip
    return new_class("PartFlow", (Workflow[Ticket],), {}, lambda body: body.update(declared))


def by_hand(*sources: str, to: str, **more: Any) -> Any:
    """A step that the test takes."""
    return transition(*sources, to=to, by=SYSTEM, **more)


def job(*states: str, **more: Any) -> Any:
    """A task of a clerk."""
    return task(*states, **{"to_do": "Do it", "assign": CLERK, **more})


def parts_are(*states: str, how: Any = None) -> Any:
    return children_are("tickets", *states, how=how)


def begun(stages: int = 0, **fields: Any) -> Voyage:
    """A started whole with so many rows below it."""
    made = Voyage.objects.create(**fields)
    for number in range(stages):
        Stage.objects.create(voyage=made, name=str(number))
    start(made, actor=SYSTEM, at=now())
    return made


def fire(record: Any, *names: str) -> None:
    for name in names:
        record.refresh_from_db()
        api.fire(record, name, actor=SYSTEM, at=now())


def finish(record: Any, *tasks: str) -> None:
    """Do tasks of a record, in this order."""
    for name in tasks:
        key, _dot, outcome = name.partition(".")
        api.complete(open_tasks_of(record).get(key=key), outcome, actor=SYSTEM, at=now())


def parts_of(record: Voyage) -> list[Ticket]:
    return list(record.tickets.order_by("pk"))


def state(record: Any) -> str:
    return str(type(record).objects.get(pk=record.pk).state)


def states(record: Voyage) -> list[str]:
    """Where the parts stand."""
    return [found.state for found in parts_of(record)]


def steps(record: Any) -> list[str]:
    """What happened to a record, after its start."""
    return list(history_of(record).values_list("transition", flat=True))[1:]


def work(record: Any) -> list[str]:
    """The open tasks of a record."""
    return sorted(open_tasks_of(record).values_list("key", flat=True))
