"""The proof stays quick however large the graph: its steps grow as the graph does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from modules.workflow.soundness import findings
from tests.workflow.sound import GUARD, graph, large, way


@contextmanager
def counting() -> Iterator[list[int]]:
    """How many instructions of Python run inside."""
    counted = [0]

    def local(frame: FrameType, event: str, argument: object) -> Any:
        counted[0] += event == "opcode"
        return local

    def begin(frame: FrameType, event: str, argument: object) -> Any:
        frame.f_trace_opcodes = True
        return local

    before = sys.gettrace()
    sys.settrace(begin)
    try:
        yield counted
    finally:
        sys.settrace(before)


def instructions(states: int) -> int:
    checked = large(states)
    with counting() as counted:
        found = findings(checked)
    assert {finding.severity for finding in found} <= {"warning", "error"}
    return counted[0]


def test_twice_the_graph_takes_twice_the_steps() -> None:
    once, twice = instructions(100), instructions(200)
    assert twice < 2.3 * once, (once, twice)


def test_a_chain_longer_than_python_s_stack_is_followed() -> None:
    names = [f"s{number}" for number in range(3000)]
    ways = [
        way(f"t{number}", one, other, kind="automatic", guards=GUARD)
        for number, (one, other) in enumerate(zip(names, [*names[1:], "s0"], strict=True))
    ]
    found = findings(graph(*ways, way("end", "s0", "end"), states=f"{' '.join(names)} end", final="end"))
    assert [finding.code for finding in found] == ["automatic_livelock"]
