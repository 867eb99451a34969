"""The workflow of knots that the seeded defects run on: what goes wrong in it, and one of each new part."""

from collections.abc import Iterator

import pytest
from django.db import models

from modules.workflow import flows
from modules.workflow.api import (
    SYSTEM,
    Firing,
    Workflow,
    automatic,
    days,
    event,
    go,
    guard,
    hours,
    members,
    quorum,
    repeat,
    sla,
    task,
    timer,
    transition,
)
from tests.workflow.app.flows import stamp
from tests.workflow.app.models import Knot, Stamp
from tests.workflow.seeded import heal

seen: list[str] = []
"""What effects have done beside the database."""


class S(models.TextChoices):
    NEW, LEFT, RIGHT, WAITING, POISONED, END = "s0", "s1", "s2", "s3", "s5", "s4"
    PAUSED, VOTING, BOOKED, PACKED = "s6", "s7", "s8", "s9"


@guard("Not today")
def is_never(knot: Knot, facts: None) -> bool:
    return False


@guard("Spun enough")
def is_young(knot: Knot, facts: None) -> bool:
    return knot.revision < 60


def brag(knot: Knot, firing: Firing) -> None:
    seen.append("bragged")


def choke(knot: Knot, firing: Firing) -> None:
    raise OSError("this effect always fails")


def give_back(knot: Knot, firing: Firing) -> None:
    Stamp.objects.create(record_id=knot.pk, key=firing.key, word=f"back {firing.transition}")


@pytest.fixture
def knots() -> Iterator[None]:
    """The workflow, for one test; whatever was broken in the engine is forgotten after it."""

    class KnotFlow(Workflow[Knot]):
        """A knot."""

        key, states, initial, final = "knots.seeded", S, S.NEW, {S.END}

        boast = transition(S.NEW, to=S.END, by=SYSTEM, when=is_never, do=[brag])
        spin = transition(S.NEW, to=S.LEFT, by=SYSTEM, do=[stamp])
        left = automatic(S.LEFT, to=S.RIGHT, when=is_young)
        right = automatic(S.RIGHT, to=S.LEFT, when=is_young)
        stop = transition(S.LEFT, S.RIGHT, to=S.END, by=SYSTEM)
        poison = transition(S.NEW, to=S.POISONED, by=SYSTEM)
        choking = timer(S.POISONED, to=S.END, after=days(1), do=[choke])
        wait = transition(S.NEW, S.PAUSED, to=S.WAITING, by=SYSTEM)
        passing = timer(S.WAITING, to=S.END, after=days(6))
        nag = repeat(S.WAITING, after=hours(2), every=hours(2), times=0, do=[stamp])
        answer = sla(S.WAITING, within=hours(8), paused_in=[S.PAUSED], on_breach=[stamp])
        pause = transition(S.WAITING, to=S.PAUSED, by=SYSTEM)
        ring = event(S.WAITING, to=S.END, on="knots.rang", match="pk")
        ask = transition(S.NEW, to=S.VOTING, by=SYSTEM)
        vote = task(
            S.VOTING, to_do="Vote", assign=members("parcels.inspector"), decide=quorum(2),
            outcomes={"yes": go(S.END), "no": go(S.NEW)},
        )  # fmt: skip
        book = transition(S.NEW, to=S.BOOKED, by=SYSTEM, compensation=[give_back])
        pack = transition(S.BOOKED, to=S.PACKED, by=SYSTEM, compensation=[give_back])
        call_off = transition(S.BOOKED, S.PACKED, to=S.END, by=SYSTEM, compensates=True)

    seen.clear()
    yield
    flows.unregister(KnotFlow.flow)
    heal()
