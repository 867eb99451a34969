"""Multiple instances: a record below for each; known when designed, when started, or never."""

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import automatic, children_are, start
from tests.workflow.app.voyages import Ticket
from tests.workflow.patterns.parts import (
    DROP,
    START_EACH,
    START_ONE,
    C,
    P,
    begun,
    by_hand,
    fire,
    now,
    part,
    parts_are,
    parts_of,
    state,
    states,
    whole,
)

pytestmark = pytest.mark.django_db


def waiting(first: list[object], /, **join: object) -> None:
    part()
    join = {"when": parts_are(C.DONE)} | join
    whole(begin=by_hand(P.NEW, to=P.WAIT, do=first), join=automatic(P.WAIT, to=P.DONE, **join))  # type: ignore[arg-type]


def test_wcp12_multiple_instances_without_synchronization() -> None:
    part()
    whole(begin=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), end=automatic(P.OPEN, to=P.DONE))
    voyage = begun(stages=3)
    fire(voyage, "begin")
    assert (state(voyage), states(voyage)) == ("done", ["open"] * 3)
    fire(parts_of(voyage)[0], "end")
    assert states(voyage) == ["done", "open", "open"]


def test_wcp13_multiple_instances_known_when_designed() -> None:
    waiting([START_ONE, START_ONE])
    voyage = begun()
    fire(voyage, "begin")
    first, second = parts_of(voyage)
    fire(first, "end")
    assert state(voyage) == "wait"
    fire(second, "end")
    assert state(voyage) == "done"


def test_wcp14_multiple_instances_known_when_started() -> None:
    waiting([START_EACH])
    for number in (1, 4):
        voyage = begun(stages=number)
        fire(voyage, "begin")
        assert len(parts_of(voyage)) == number
        for ticket in parts_of(voyage):
            assert state(voyage) == "wait"
            fire(ticket, "end")
        assert state(voyage) == "done"


def test_wcp15_multiple_instances_not_known_when_started() -> None:
    """Another may be added as long as the whole waits."""
    waiting([START_EACH])
    voyage = begun(stages=1)
    fire(voyage, "begin")
    [first] = parts_of(voyage)
    late = Ticket.objects.create(voyage=voyage)
    start(late, actor=SYSTEM, at=now())
    fire(first, "end")
    assert state(voyage) == "wait"
    fire(late, "end")
    assert state(voyage) == "done"


def test_wcp34_static_partial_join_for_multiple_instances() -> None:
    waiting([START_EACH], when=parts_are(C.DONE, how=2))
    voyage = begun(stages=3)
    fire(voyage, "begin")
    first, second, third = parts_of(voyage)
    fire(third, "end")
    assert state(voyage) == "wait"
    fire(first, "end")
    assert (state(voyage), state(second)) == ("done", "open")
    fire(second, "end")
    assert state(voyage) == "done"


def test_wcp35_cancelling_partial_join_for_multiple_instances() -> None:
    waiting([START_EACH], when=parts_are(C.DONE, how=2), do=[DROP], undo=())
    voyage = begun(stages=4)
    fire(voyage, "begin")
    for ticket in parts_of(voyage)[:2]:
        fire(ticket, "end")
    assert (state(voyage), states(voyage)) == ("done", ["done", "done", "off", "off"])


def test_wcp36_dynamic_partial_join_for_multiple_instances() -> None:
    """How many are enough is an expression, asked anew whenever one ends; more may be added meanwhile."""
    waiting([START_EACH], when=children_are("tickets", C.DONE, how="=record.count"))
    voyage = begun(stages=3, count=3)
    fire(voyage, "begin")
    first, second, _third = parts_of(voyage)
    late = Ticket.objects.create(voyage=voyage)
    start(late, actor=SYSTEM, at=now())
    fire(late, "end")
    fire(first, "end")
    assert state(voyage) == "wait"
    voyage.refresh_from_db()
    voyage.count = 2
    voyage.save(update_fields=["count"])
    fire(second, "begin")
    assert state(voyage) == "done"
