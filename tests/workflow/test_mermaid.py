"""A workflow as Mermaid text."""

from modules.workflow.exports.mermaid import mermaid
from modules.workflow.graph import StateNode
from tests.workflow.test_diagram import workflow


def test_states_ways_beginning_and_ends() -> None:
    lines = [line.strip() for line in mermaid(workflow()).splitlines()]
    assert lines[0] == "stateDiagram-v2"
    assert 'state "Awaiting payment" as s0' in lines
    assert "[*] --> s0" in lines
    assert "s0 --> s1: Pay (system)" in lines
    assert "s0 --> s4: Expire (after 30 minutes)" in lines
    assert "s2 --> s2: Ship (staff)" in lines
    assert [line for line in lines if line.endswith("--> [*]")] == ["s3 --> [*]", "s4 --> [*]"]


def test_what_is_syntax_to_mermaid_is_written_as_text() -> None:
    evil = StateNode("awaiting", 'A: "b"; %% <c>\n[*] --> x #1', "initial")
    text = mermaid(workflow(states=(evil, *workflow().states[1:])))
    assert '    state "A#58; #34;b#34;#59; #37;#37; #60;c#62; [*] --#62; x #35;1" as s0' in text.splitlines()
