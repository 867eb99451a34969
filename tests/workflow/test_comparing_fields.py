"""Every field of every kind of part, one after the other: its change is named with its place."""

import re
from dataclasses import fields, replace
from typing import Any

import pytest
from django.utils import translation

from modules.workflow.comparing import compare
from tests.workflow.exported import everything
from tests.workflow.test_comparing import PARTS, values_of

CASES = [(part, entry.name) for part, kind in PARTS.items() for entry in fields(kind) if entry.name != "key"]
CLUMSY = re.compile(r"\b(?:a|de) el\b|\b(?:formulario|tarea|icono|aviso) ningun|\bahora nunca\b")
"""What a sentence that is glued together becomes in Spanish: no contraction, two prepositions, a name that is none."""


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


@pytest.mark.parametrize(("part", "name"), CASES)
def test_each_change_is_said_in_good_spanish(part: str, name: str) -> None:
    graph = everything()
    first, *others = getattr(graph, part)
    old, *new = (replace(graph, **{part: (replace(first, **{name: v}), *others)}) for v in values_of(first, name))
    with translation.override("es"):
        sentences = [change.sentence for one in new for pair in ((old, one), (one, old)) for change in compare(*pair)]
    assert sentences
    assert [sentence for sentence in sentences if CLUMSY.search(sentence)] == []


def test_what_is_not_there_agrees_with_its_noun_in_spanish() -> None:
    graph = everything()
    with translation.override("es"):
        way, *ways = graph.transitions
        given, taken = (replace(graph, transitions=(replace(way, completes=key), *ways)) for key in ("approving", ""))
        [change] = compare(given, taken)
        assert "la tarea que termina es ahora ninguna; antes: " in change.sentence
        sla, *slas = graph.slas
        late = replace(sla, escalate=values_of(sla, "escalate")[1])
        [change] = compare(graph, replace(graph, slas=(late, *slas)))
        assert "incumplirse el compromiso: " in change.sentence
