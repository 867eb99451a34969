"""Documents of any content: a workflow that is read back equal, or refused with the place; hashes that stay."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.workflow.flows import flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.publishing import BadDefinition, graph_from, problems_of
from tests.workflow.graphs import graphs
from tests.workflow.repairs.stage import data_of

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, entry in entries for place in places(entry, (*path, name)))]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A workflow of the project with up to three places that hold something else, or what stands at another place."""
    data: dict[str, Any] = deepcopy(
        draw(st.sampled_from([flow.graph.to_data() for flow in flows] + [data_of(1), data_of(2)]))
    )
    for _time in range(draw(st.integers(1, 3))):
        known = places(data)[1:]
        place = draw(st.sampled_from(known))
        found: Any = data
        for step in place[:-1]:
            found = found[step]
        deed = draw(st.sampled_from(["put", "put", "move", "drop", "add"]))
        if deed == "drop":
            del found[place[-1]]
        elif deed == "add" and isinstance(found, dict):
            found[draw(st.sampled_from(["key", "form", "guards", "by", "kind", "after", "field", "extra"]))] = draw(
                anything
            )
        elif deed == "move":
            other: Any = data
            for step in draw(st.sampled_from(known)):
                other = other[step]
            found[place[-1]] = deepcopy(other)
        else:
            found[place[-1]] = draw(anything)
    return data


@pytest.mark.django_db
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=spoilt())
def test_whatever_is_written_is_a_workflow_or_is_refused_with_the_place(data: Any) -> None:
    try:
        graph = graph_from(json.dumps(data))
    except BadDefinition as bad:
        told = bad.faults
    else:
        assert all(str(finding) for finding in problems_of(graph))
        again = graph_from(graph.to_json())
        assert (again, again.to_json()) == (graph, graph.to_json())
        return
    assert all(fault.code.startswith("document_") and fault.problem for fault in told)


@settings(max_examples=100, deadline=None)
@given(graph=graphs())
def test_random_graphs_are_written_and_read_back_equal(graph: WorkflowGraph) -> None:
    text = graph.to_json()
    again = graph_from(text)
    assert (again, again.to_json(), again.hash, again.behaviour) == (graph, text, graph.hash, graph.behaviour)


def test_hashes_are_the_same_in_every_process_and_language() -> None:
    """In two further processes, with other seeds of hashing and other languages; workflows of tests are only here."""
    code = (
        "import django; django.setup();"
        "from django.utils import translation;"
        "from modules.workflow.flows import flows;"
        "translation.activate('{language}');"
        "print(*sorted(f.declared.key + f.declared.hash + f.declared.behaviour for f in flows))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code.format(language=language)], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed, language in (("1", "en"), ("4711", "es"))
    }  # fmt: skip
    assert len(said) == 1
    here = {flow.declared.key + flow.declared.hash + flow.declared.behaviour for flow in flows}
    assert set(next(iter(said)).split()) <= here
