"""State-based patterns: the world chooses, one thing at a time, milestones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.core.outbox import drain
from modules.workflow.api import (
    GuardRefused,
    automatic,
    deliver,
    event,
    guard,
    history_of,
    hours,
    milestone,
    start,
    timer,
    timers_of,
)
from tests.workflow.app.voyages import Ticket, Voyage
from tests.workflow.patterns.parts import (
    START_EACH,
    START_ONE,
    C,
    P,
    begun,
    by_hand,
    finish,
    fire,
    job,
    now,
    part,
    parts_of,
    state,
    states,
    steps,
    whole,
    work,
)

pytestmark = pytest.mark.django_db


def steps_taken(voyages: Sequence[Voyage], at: datetime) -> Mapping[int, set[str]]:
    return {voyage.pk: set(history_of(voyage).values_list("transition", flat=True)) for voyage in voyages}


def not_yet(name: str) -> Any:
    """A guard: the step has not been taken."""

    def question(voyage: Voyage, taken: set[str]) -> bool:
        return name not in taken

    question.effect_name = f"tests.patterns.not_yet_{name}"  # type: ignore[attr-defined]
    return guard("Done already", negated="Not done yet")(question)


NOT_BLOOD, NOT_XRAY, NOT_TALK = not_yet("blood_done"), not_yet("xray_done"), not_yet("talk_done")


def test_wcp16_deferred_choice() -> None:
    """A button, a message and the time: none is chosen before it happens, and the first withdraws the others."""
    whole(
        offer=by_hand(P.NEW, to=P.WAIT), call=job(P.WAIT), accept=by_hand(P.WAIT, to=P.DONE),
        letter=event(P.WAIT, to=P.NEXT, on="letter", match="number"), late=timer(P.WAIT, to=P.OFF, after=hours(48)),
        end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip
    one, other = begun(number="1"), begun(number="2")
    fire(one, "offer")
    fire(other, "offer")
    deliver("letter", "1", at=now())
    fire(other, "accept")
    assert (state(one), state(other)) == ("next", "done")
    assert [*work(one), *timers_of(one), *work(other), *timers_of(other)] == []


def interleaved(**guards: Any) -> None:
    """Three examinations by one desk: each a state of its own, so never two at a time."""
    whole(
        facts=steps_taken,
        blood=by_hand(P.NEW, to=P.OPEN, when=[NOT_BLOOD]), blood_done=by_hand(P.OPEN, to=P.NEW),
        xray=by_hand(P.NEW, to=P.WAIT, when=[NOT_XRAY]), xray_done=by_hand(P.WAIT, to=P.NEW),
        talk=by_hand(P.NEW, to=P.NEXT, when=[NOT_TALK, *guards.get("talk", [])]), talk_done=by_hand(P.NEXT, to=P.NEW),
        end=automatic(P.NEW, to=P.DONE, when=[~NOT_BLOOD, ~NOT_XRAY, ~NOT_TALK]),
    )  # fmt: skip


def test_wcp17_interleaved_parallel_routing() -> None:
    """In any order, one at a time, but the talk after the blood."""
    interleaved(talk=[~NOT_BLOOD])
    voyage = begun()
    with pytest.raises(GuardRefused):
        fire(voyage, "talk")
    fire(voyage, "xray", "xray_done", "blood", "blood_done")
    with pytest.raises(GuardRefused, match="Done already"):
        fire(voyage, "xray")
    fire(voyage, "talk", "talk_done")
    assert state(voyage) == "done"


def test_wcp40_interleaved_routing() -> None:
    interleaved()
    for order in (("talk", "xray", "blood"), ("xray", "blood", "talk")):
        voyage = begun()
        for name in order:
            fire(voyage, name)
            with pytest.raises(Exception, match="not possible"):
                fire(voyage, "blood" if name != "blood" else "xray")
            fire(voyage, f"{name}_done")
        assert state(voyage) == "done"


def test_wcp18_milestone() -> None:
    """A part may begin only while the whole is at a stage; it looks again when the whole has come there."""
    part(begin=automatic(C.OPEN, to=C.BUSY, when=milestone("voyage", P.NEXT)), parent="")
    whole(go_on=by_hand(P.NEW, to=P.NEXT), end=by_hand(P.NEXT, to=P.DONE))
    voyage = begun()
    tickets = [Ticket.objects.create(voyage=voyage) for _number in range(2)]
    for ticket in tickets:
        start(ticket, actor=SYSTEM, at=now())
    assert states(voyage) == ["open", "open"]
    fire(voyage, "go_on")
    drain(at=now())
    assert states(voyage) == ["busy", "busy"]
    fire(voyage, "end")
    late = Ticket.objects.create(voyage=voyage)
    start(late, actor=SYSTEM, at=now())
    assert state(late) == "open", "the stage is over"


def test_wcp39_critical_section() -> None:
    """Of all parts only one is inside; the next goes in when it has left."""
    outside = ~milestone("voyage__tickets", C.BUSY)
    part(begin=automatic(C.OPEN, to=C.BUSY, when=outside), end=by_hand(C.BUSY, to=C.DONE))
    whole(split=by_hand(P.NEW, to=P.WAIT, do=[START_EACH]), end=by_hand(P.WAIT, to=P.DONE))
    voyage = begun(stages=3)
    fire(voyage, "split")
    for number in range(3):
        assert states(voyage).count("busy") == 1
        inside = next(found for found in parts_of(voyage) if found.state == "busy")
        fire(inside, "end")
        drain(at=now())
        assert states(voyage).count("done") == number + 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_wcp39_critical_section_when_all_want_in_at_once(parallel: Any) -> None:
    """The parts lock their whole first, so that what the guard saw holds until the step is taken."""
    from modules.workflow import api

    part(begin=by_hand(C.OPEN, to=C.BUSY, when=~milestone("voyage__tickets", C.BUSY)))
    whole(split=by_hand(P.NEW, to=P.WAIT, do=[START_EACH]), end=by_hand(P.WAIT, to=P.DONE))
    voyage = begun(stages=8)
    fire(voyage, "split")
    keys, at = [found.pk for found in parts_of(voyage)], now()
    answers = parallel(lambda n: api.fire(Ticket.objects.get(pk=keys[n]), "begin", actor=SYSTEM, at=at), 8)
    assert [type(answer) for answer in answers].count(GuardRefused) == 7, answers
    assert states(voyage).count("busy") == 1


def test_wcp19_cancel_task() -> None:
    """Leaving the state withdraws a task; a step of the record may end one and leave the others."""
    look = job(P.OPEN)
    whole(
        begin=by_hand(P.NEW, to=P.OPEN), look=look, pack=job(P.OPEN, P.WAIT), leave=by_hand(P.OPEN, to=P.WAIT),
        end=by_hand(P.WAIT, to=P.DONE),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "begin")
    assert work(voyage) == ["look", "pack"]
    fire(voyage, "leave")
    assert work(voyage) == ["pack"]
    finish(voyage, "pack")
    fire(voyage, "end")
    assert steps(voyage) == ["begin", "leave", "pack.done", "end"]


def test_wcp20_cancel_case() -> None:
    from tests.workflow.patterns.parts import DROP

    part()
    whole(
        begin=by_hand(P.NEW, to=P.OPEN, do=[START_ONE, START_EACH]), look=job(P.OPEN),
        late=timer(P.OPEN, to=P.DONE, after=hours(2)), cancel=by_hand(P.OPEN, to=P.OFF, do=[DROP]),
    )  # fmt: skip
    voyage = begun(stages=2)
    fire(voyage, "begin", "cancel")
    assert (state(voyage), states(voyage)) == ("off", ["off"] * 3)
    assert [*work(voyage), *timers_of(voyage)] == []
