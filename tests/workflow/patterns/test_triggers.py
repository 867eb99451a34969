"""Triggers from outside: lost where nobody waits, or kept until somebody does."""

import pytest

from modules.workflow.api import WrongState, deliver, event, waiting_events
from tests.workflow.patterns.parts import P, begun, by_hand, fire, state, whole
from tests.workflow.patterns.parts import now as moment

pytestmark = pytest.mark.django_db


def test_wcp23_transient_trigger() -> None:
    """A step of the system: where the record does not wait, the trigger is refused, and nothing of it stays."""
    whole(ask=by_hand(P.NEW, to=P.WAIT), ring=by_hand(P.WAIT, to=P.DONE))
    voyage = begun()
    with pytest.raises(WrongState):
        fire(voyage, "ring")
    fire(voyage, "ask")
    assert state(voyage) == "wait"
    fire(voyage, "ring")
    assert state(voyage) == "done"


def test_wcp24_persistent_trigger() -> None:
    whole(ask=by_hand(P.NEW, to=P.WAIT), ring=event(P.WAIT, to=P.DONE, on="bell", match="number"))
    voyage = begun(number="7")
    assert deliver("bell", "7", at=moment()) is None
    fire(voyage, "ask")
    assert state(voyage) == "done"
    assert not waiting_events()
