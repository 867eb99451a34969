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


def test_an_escalation_of_a_promise_counts_from_its_breach_in_spanish() -> None:
    graph = everything()
    with translation.override("es"):
        sla, *slas = graph.slas
        late = replace(sla, escalate=values_of(sla, "escalate")[1])
        [change] = compare(graph, replace(graph, slas=(late, *slas)))
        assert "incumplirse el compromiso: " in change.sentence


@pytest.mark.parametrize(("part", "name"), CASES)
def test_what_is_new_or_gone_is_said_as_such_and_not_as_none_or_never(part: str, name: str) -> None:
    """A sentence to sign: “is no longer due 9 hours after its opening”, and not “is now due never; before: …”."""
    graph = everything()
    first, *others = getattr(graph, part)
    there, *nothing = sorted(values_of(first, name), key=lambda value: value in (None, ""))
    if not nothing or nothing[-1] not in (None, "") or name in ("undo", "decide"):
        return
    full, empty = (replace(graph, **{part: (replace(first, **{name: v}), *others)}) for v in (there, nothing[-1]))
    [come], [gone] = compare(empty, full), compare(full, empty)
    for change in (come, gone):
        assert not re.search(r"\b(none|never|not at all|before)\b", change.sentence), change.sentence
    assert re.search(r"\bno (longer|.* any more)\b", gone.sentence), gone.sentence


def test_the_workflow_itself_gains_and_loses_in_words_too() -> None:
    graph = replace(everything(), parent="", description="")
    told = replace(graph, parent="customer", description="Anew.")
    assert [change.sentence for change in compare(graph, told)] == [
        "The workflow is now described as “Anew.”.",
        "The workflow now tells the record in “customer” when it has moved.",
    ]
    assert [change.sentence for change in compare(told, graph)] == [
        "The workflow is no longer described as “Anew.”.",
        "The workflow no longer tells the record in “customer” when it has moved.",
    ]


def test_of_several_who_are_excluded_each_is_enough() -> None:
    """Whoever did the one or the other; nobody need have done both."""
    graph = everything()
    way, *ways = graph.transitions
    named = replace(graph, transitions=(replace(way, not_same_as=("first", "second")), *ways))
    [change] = compare(replace(graph, transitions=(replace(way, not_same_as=()), *ways)), named)
    assert change.sentence.endswith("by whoever did “first” or “second”.")
