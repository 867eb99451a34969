"""Every field of every kind of part, one after the other: its change is named with its place."""

from dataclasses import fields, replace
from typing import Any

import pytest

from modules.workflow.comparing import compare
from tests.workflow.exported import everything
from tests.workflow.test_comparing import PARTS, values_of

CASES = [(part, entry.name) for part, kind in PARTS.items() for entry in fields(kind) if entry.name != "key"]


@pytest.mark.parametrize(("part", "name"), CASES)
def test_each_value_of_each_field_is_told_from_each_other(part: str, name: str) -> None:
    graph = everything()
    first, *others = getattr(graph, part)
    values: list[Any] = values_of(first, name)
    for before in values:
        for after in values:
            old, new = (replace(graph, **{part: (replace(first, **{name: v}), *others)}) for v in (before, after))
            places = {change.place for change in compare(old, new)}
            assert places == (set() if before == after else {f"{part}.{first.key}.{name}"})
