"""The page about the JSON form names every field of every node."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from modules.workflow.exports.formats import FORMATS
from modules.workflow.graph import (
    FORMAT,
    Ask,
    Brought,
    Decision,
    Escalation,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateNode,
    TaskNode,
    Transition,
    Wait,
    WorkflowGraph,
)

PAGE = Path(__file__).parents[2] / "docs" / "workflow-json.md"
SECTIONS: dict[Any, str] = {
    WorkflowGraph: "The whole", StateNode: "`states`", Transition: "`transitions`", Ask: "`transitions`",
    Brought: "`transitions`",
    TaskNode: "`tasks`", Outcome: "`tasks`", Decision: "`tasks`", Escalation: "`tasks`",
    Repeat: "`repeats` and `slas`", Sla: "`repeats` and `slas`", Wait: "Values", GuardUse: "Values",
}  # fmt: skip


def section(title: str) -> str:
    text = PAGE.read_text()
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(("kind", "title"), SECTIONS.items())
def test_every_field_is_documented_in_its_section(kind: Any, title: str) -> None:
    names = set(kind._fields) if kind is Outcome else {entry.name for entry in fields(kind)}
    assert names <= set(re.findall(r"[a-z_]+", section(title)))


def test_the_version_and_every_format_are_documented() -> None:
    assert f"`format` is **{FORMAT}**" in PAGE.read_text()
    assert set(FORMATS) <= set(re.findall(r"`([a-z]+)`", section("For other tools")))
