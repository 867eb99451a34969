"""Slips that run by a small workflow of a test's own: three states to move between, and what time does there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import fire, history_of, start
from modules.workflow.graph import ActorRule, EffectUse, StateNode, Transition, WorkflowGraph
from modules.workflow.models import Timer
from modules.workflow.vocabulary import names
from tests.workflow.app.flows import explode, stamp
from tests.workflow.app.models import Slip, Stamp
from tests.workflow.app.slips import SlipFlow, is_small

MADRID = ZoneInfo("Europe/Madrid")
for effect in (stamp, explode):
    names.effects.register(names.stable_name(effect), effect)
STAMP, EXPLODE = EffectUse(names.stable_name(stamp)), EffectUse(names.stable_name(explode))
IS_SMALL = is_small.use
STATES = (
    StateNode("new", "New", "initial"),
    StateNode("open", "Open"),
    StateNode("asked", "Asked"),
    StateNode("aside", "Aside"),
    StateNode("done", "Done", "final"),
)
WAYS = tuple(
    Transition(state.key, state.key, ("new", "open", "asked", "aside"), state.key, by=(ActorRule("system"),))
    for state in STATES[1:]
)
GRAPH = WorkflowGraph("parcels.slip", 99, "parcels.slip", "Slip", "", STATES, WAYS)
Made = Callable[..., Slip]


@pytest.fixture
def slip_by(db: None, at: datetime) -> Iterator[Made]:
    """A slip in the state `open` (or `state`), run by a workflow with these parts; other keywords are its fields."""
    flow = SlipFlow.flow

    def make(state: str = "open", ways: Sequence[Transition] = (), when: datetime | None = None, **given: Any) -> Slip:
        parts = {name: tuple(given.pop(name)) for name in ("repeats", "slas", "tasks") if name in given}
        flow.use(replace(GRAPH, transitions=(*WAYS, *ways), **parts))
        slip = Slip.objects.create(**{"amount": 500, "state": "new", **given})
        start(slip, actor=SYSTEM, at=when or at)
        if state != "new":
            go(slip, state, when or at)
        return slip

    yield make
    flow.forget()


def go(slip: Slip, state: str, when: datetime) -> None:
    fire(slip, state, actor=SYSTEM, at=when)


def local(*parts: int, fold: int = 0) -> datetime:
    """A moment by the clock in Madrid."""
    return datetime(*parts, tzinfo=MADRID, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


def stamps(slip: Slip) -> list[str]:
    """What effects have done, in order."""
    return list(Stamp.objects.filter(record_id=slip.pk).order_by("pk").values_list("word", flat=True))


def steps(slip: Slip) -> list[str]:
    return list(history_of(slip).order_by("pk").values_list("transition", flat=True))


def due(slip: Slip) -> dict[str, datetime]:
    """What time will do, and when."""
    rows = Timer.objects.filter(record_type="parcels.slip", record_id=slip.pk)
    return dict(rows.values_list("transition", "due_at"))
