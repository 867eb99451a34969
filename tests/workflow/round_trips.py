"""Whatever workflow a test puts to work is a document too: refused by no schema, read back equal, byte for byte."""

from typing import Any

import pytest

from modules.workflow.flows import Version
from modules.workflow.graph import WorkflowGraph
from modules.workflow.graph.documents import examined as held_to
from modules.workflow.graph.documents import read_text
from modules.workflow.graph.schema import document_schema


@pytest.fixture(autouse=True)
def every_workflow_is_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Version.__init__

    def examined(self: Version, graph: WorkflowGraph, *rest: Any, **more: Any) -> None:
        text = graph.to_json()
        again = WorkflowGraph.from_data(held_to(read_text(text), document_schema()))
        assert (again, again.to_json(), again.behaviour) == (graph, text, graph.behaviour)
        made(self, graph, *rest, **more)

    monkeypatch.setattr(Version, "__init__", examined)
