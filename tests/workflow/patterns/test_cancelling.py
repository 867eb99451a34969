"""Cancelling and completing: a region, instances, all the same."""

import pytest

from modules.core.sweeps import run_sweeps
from modules.workflow.api import automatic, hours, timer, timers_of, use
from tests.workflow.patterns.parts import (
    DROP,
    START_EACH,
    C,
    P,
    begun,
    by_hand,
    fire,
    job,
    now,
    part,
    parts_are,
    parts_of,
    state,
    states,
    steps,
    whole,
    work,
)

pytestmark = pytest.mark.django_db


def test_wcp25_cancel_region() -> None:
    """The region: the tasks and timers of some states, and the parts in some of theirs."""
    part()
    drop_open = use("workflow.cancel_children", relation="tickets", transition="drop", states=C.OPEN.value)
    whole(
        begin=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), look=job(P.OPEN, P.WAIT), note=job(P.OPEN, P.WAIT, P.NEXT),
        on=by_hand(P.OPEN, to=P.WAIT), late=timer(P.WAIT, to=P.OFF, after=hours(2)),
        clear=by_hand(P.OPEN, P.WAIT, to=P.NEXT, do=[drop_open]), end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip
    voyage = begun(stages=3)
    fire(voyage, "begin", "on")
    fire(parts_of(voyage)[1], "begin")
    fire(voyage, "clear")
    assert states(voyage) == ["off", "busy", "off"]
    assert (work(voyage), list(timers_of(voyage))) == (["note"], [])


def test_wcp26_cancel_multiple_instance_activity() -> None:
    part()
    whole(
        begin=by_hand(P.NEW, to=P.WAIT, do=[START_EACH]), join=automatic(P.WAIT, to=P.DONE, when=parts_are(C.DONE)),
        withdraw=by_hand(P.WAIT, to=P.OFF, do=[DROP]),
    )  # fmt: skip
    voyage = begun(stages=3)
    fire(voyage, "begin")
    fire(parts_of(voyage)[0], "end")
    fire(voyage, "withdraw")
    assert (state(voyage), states(voyage)) == ("off", ["done", "off", "off"])


def test_wcp27_complete_multiple_instance_activity() -> None:
    """What is not done yet is ended as it is, and the whole goes on as if all had been done."""
    part()
    end_all = use("workflow.cancel_children", relation="tickets", transition="end")
    whole(
        begin=by_hand(P.NEW, to=P.WAIT, do=[START_EACH]), join=automatic(P.WAIT, to=P.DONE, when=parts_are(C.DONE)),
        enough=by_hand(P.WAIT, to=P.WAIT, do=[end_all]),
    )  # fmt: skip
    voyage = begun(stages=3)
    fire(voyage, "begin")
    fire(parts_of(voyage)[0], "begin")
    fire(voyage, "enough")
    assert (state(voyage), states(voyage)) == ("done", ["done"] * 3)
    assert steps(voyage) == ["begin", "enough", "join"]


def test_wcp43_explicit_termination() -> None:
    """A final state ends everything of the record at once; what stands below is called off by the same step."""
    part()
    whole(
        begin=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]), look=job(P.OPEN),
        late=timer(P.OPEN, to=P.OFF, after=hours(2)), stop=by_hand(P.OPEN, to=P.DONE, do=[DROP]),
    )  # fmt: skip
    voyage = begun(stages=2)
    fire(voyage, "begin", "stop")
    assert (state(voyage), states(voyage), work(voyage)) == ("done", ["off", "off"], [])
    moment = now()
    run_sweeps(at=moment.replace(year=moment.year + 1))
    assert steps(voyage) == ["begin", "stop"]


def test_wcp11_implicit_termination() -> None:
    """Only in part: that nothing is left to do is a condition that the workflow writes down."""
    part()
    whole(
        begin=by_hand(P.NEW, to=P.OPEN, do=[START_EACH]),
        end=automatic(P.OPEN, to=P.DONE, when=parts_are(C.DONE, C.OFF)),
    )
    voyage = begun(stages=2)
    fire(voyage, "begin")
    first, second = parts_of(voyage)
    fire(first, "drop")
    assert state(voyage) == "open"
    fire(second, "end")
    assert state(voyage) == "done"
