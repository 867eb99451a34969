"""What can never be true is seen without a record; where that is not sure nothing is said."""

import pytest

from modules.workflow.expressions.compiling import compile_expression
from modules.workflow.expressions.folding import OPEN, fold, never
from modules.workflow.expressions.tree import Node
from tests.workflow.app.models import Slip


def tree(text: str) -> Node:
    return compile_expression(text, Slip).tree


NEVER = [
    "false", "1 > 2", "1.5 > 2.5", "'a' == 'b'", "-3 > -2", "true ? false : record.amount > 1", "!(2 > 1)",
    "record.amount > 1 && false", "record.amount > 5 && record.amount < 3", "record.amount > 5 && record.amount <= 5",
    "record.amount > 3 && record.amount > 7 && record.amount < 5", "5 > record.amount && 7 < record.amount",
    "record.amount > 2 && !(record.amount > 2)", "record.amount == 5 && record.amount != 5",
    'record.state == "new" && record.state == "asked"', "record.amount == 4 && record.amount > 4",
]  # fmt: skip
PERHAPS = [
    "true", "2 > 1", "record.amount > 1 || false", "record.amount >= 5 && record.amount <= 5",
    "5 < record.amount && record.amount != 7", "record.amount < 3 && record.amount < 7 && record.amount > 1",
    'record.state == "new" || record.state == "asked"', "record.amount < 3 || record.amount > 5", "now > now",
    "record.amount > 5 && record.revision < 3", "record.amount == 4 && record.amount >= 4",
]  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_it_can_never_be(text: str) -> None:
    assert never([tree(text)])


@pytest.mark.parametrize("text", PERHAPS)
def test_it_may_be(text: str) -> None:
    assert not never([tree(text)])


def test_several_are_taken_together_and_what_is_turned_round_must_not_be_sure() -> None:
    small, large = tree("record.amount < 3"), tree("record.amount > 5")
    assert never([small, large])
    assert never([], [tree("2 > 1")])
    assert not never([small], [large])
    assert not never([], [small, large])


@pytest.mark.parametrize(
    ("text", "value"), [("2 > 1", True), ("true && !false", True), ("false || 1 == 2", False), ("now > now", OPEN)]
)
def test_constants_are_folded(text: str, value: object) -> None:
    assert fold(tree(text)) is value
