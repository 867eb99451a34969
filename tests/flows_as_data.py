"""A plugin for pytest: the workflows of the code run from their own JSON (`-p tests.flows_as_data`)."""

import json
import os

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Every workflow is written as text and read back, and that is what runs from then on."""
    from modules.workflow.flows import flows
    from modules.workflow.publishing import graph_from

    left_out = os.environ.get("LEAVE_OUT", "")
    for flow in flows:
        data = json.loads(flow.graph.to_json())
        data["transitions"] = [way for way in data.get("transitions", []) if way["key"] != left_out]
        read = graph_from(data)
        assert left_out or read.to_json() == flow.declared.to_json()
        flow.use(read)
        assert flow.graph is not flow.declared
    print("\nas data:", ", ".join(sorted(flow.graph.key for flow in flows)))
