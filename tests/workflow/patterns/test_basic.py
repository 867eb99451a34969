"""Basic control flow: sequence, split, synchronisation, choice, merge."""

import pytest

from modules.workflow.api import automatic, go, guard, stay, work_done
from tests.workflow.app.voyages import Voyage
from tests.workflow.patterns.parts import P, begun, by_hand, finish, fire, job, state, steps, whole, work

pytestmark = pytest.mark.django_db


@guard("Small", negated="Large")
def is_large(voyage: Voyage, facts: None) -> bool:
    return voyage.count > 500


def test_wcp01_sequence() -> None:
    whole(first=by_hand(P.NEW, to=P.OPEN), second=by_hand(P.OPEN, to=P.DONE))
    voyage = begun()
    fire(voyage, "first", "second")
    assert steps(voyage) == ["first", "second"]


def test_wcp02_parallel_split() -> None:
    whole(split=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), bill=job(P.OPEN), end=by_hand(P.OPEN, to=P.DONE))
    voyage = begun()
    fire(voyage, "split")
    assert work(voyage) == ["bill", "pack"]


def test_wcp03_synchronization() -> None:
    whole(
        split=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), bill=job(P.OPEN),
        join=automatic(P.OPEN, to=P.DONE, when=work_done("pack", "bill")),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "split")
    finish(voyage, "bill")
    assert state(voyage) == "open"
    finish(voyage, "pack")
    assert state(voyage) == "done"


def test_wcp04_exclusive_choice() -> None:
    whole(
        ask=by_hand(P.NEW, to=P.WAIT),
        dear=automatic(P.WAIT, to=P.OPEN, when=is_large),
        cheap=automatic(P.WAIT, to=P.NEXT, when=~is_large),
        end=by_hand(P.OPEN, P.NEXT, to=P.DONE),
    )
    small, large = begun(count=10), begun(count=900)
    fire(small, "ask")
    fire(large, "ask")
    assert (state(small), state(large)) == ("next", "open")


def test_wcp05_simple_merge() -> None:
    whole(
        left=by_hand(P.NEW, to=P.OPEN), right=by_hand(P.NEW, to=P.WAIT),
        merge=automatic(P.OPEN, P.WAIT, to=P.NEXT), end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip
    one, other = begun(), begun()
    fire(one, "left")
    fire(other, "right")
    assert (steps(one), steps(other)) == (["left", "merge"], ["right", "merge"])


def test_wcp04_a_person_s_outcome_chooses_as_well() -> None:
    whole(look=job(P.NEW, outcomes={"good": go(P.DONE), "bad": go(P.OFF), "unsure": stay()}))
    voyage = begun()
    finish(voyage, "look.bad")
    assert state(voyage) == "off"
