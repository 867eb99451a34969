"""Iteration: loops with a condition, any circles, recursion."""

from typing import Any

import pytest

from modules.core.actors import SYSTEM
from modules.workflow.api import Firing, Workflow, automatic, children_are, guard, start, use
from tests.workflow.app.voyages import Branch, Voyage
from tests.workflow.patterns.parts import C, P, begun, by_hand, fire, now, state, steps, whole

pytestmark = pytest.mark.django_db


@guard("Not enough", negated="Enough")
def is_enough(voyage: Voyage, facts: None) -> bool:
    return voyage.count >= 3


def add_one(voyage: Voyage, firing: Firing) -> None:
    voyage.count += 1
    voyage.save(update_fields=["count"])


@guard("Deep enough")
def is_shallow(branch: Branch, facts: None) -> bool:
    return depth(branch) < 3


def depth(branch: Branch) -> int:
    return 0 if branch.above is None else 1 + depth(branch.above)


def test_wcp10_arbitrary_cycles() -> None:
    """Ways back into the middle of a way, from several places."""
    whole(
        a=by_hand(P.NEW, to=P.OPEN), b=by_hand(P.OPEN, to=P.WAIT), c=by_hand(P.WAIT, to=P.NEXT),
        back=by_hand(P.WAIT, to=P.OPEN), far_back=by_hand(P.NEXT, to=P.OPEN), end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip
    voyage = begun()
    way = ["a", "b", "back", "b", "c", "far_back", "b", "c", "end"]
    fire(voyage, *way)
    assert steps(voyage) == way


@pytest.mark.parametrize(("found", "times"), [(0, 3), (2, 1), (5, 0)])
def test_wcp21_structured_loop(found: int, times: int) -> None:
    """The condition stands before the step: it may be taken never."""
    whole(
        begin=by_hand(P.NEW, to=P.OPEN),
        leave=automatic(P.OPEN, to=P.DONE, when=is_enough),
        turn=automatic(P.OPEN, to=P.OPEN, when=~is_enough, do=[add_one]),
    )
    voyage = begun(count=found)
    fire(voyage, "begin")
    assert (steps(voyage), state(voyage)) == (["begin", *["turn"] * times, "leave"], "done")


def test_wcp21_structured_loop_with_the_condition_behind_the_step() -> None:
    whole(
        begin=by_hand(P.NEW, to=P.OPEN, do=[add_one]),
        leave=automatic(P.OPEN, to=P.DONE, when=is_enough),
        turn=by_hand(P.OPEN, to=P.OPEN, do=[add_one]),
    )
    voyage = begun(count=1)
    fire(voyage, "begin", "turn")
    assert (steps(voyage), state(voyage)) == (["begin", "turn", "leave"], "done")


def test_wcp22_recursion() -> None:
    """A part is worked on by the very workflow of its whole."""

    class BranchFlow(Workflow[Branch]):
        """A branch ends when its own branches have ended."""

        key, states, initial, final, parent = "tests.branch", C, C.OPEN, {C.DONE}, "above"
        split: Any = automatic(
            C.OPEN, to=C.BUSY, when=is_shallow, do=[use("workflow.start_child", flow="tests.branch")]
        )
        turn = automatic(C.OPEN, to=C.BUSY, when=~is_shallow)
        end = automatic(C.BUSY, to=C.DONE, when=children_are("branches", C.DONE))
        pick = by_hand(C.BUSY, to=C.DONE, when=~is_shallow)

    root = Branch.objects.create()
    start(root, actor=SYSTEM, at=now())
    leaf = Branch.objects.order_by("-pk")[0]
    assert (Branch.objects.count(), depth(leaf)) == (4, 3)
    assert state(root) == "busy"
    fire(leaf, "pick")
    assert set(Branch.objects.values_list("state", flat=True)) == {"done"}
