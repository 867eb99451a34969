"""The workflows that run: a graph with its model, found by key, by record type, by model or by record."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from modules.core.audit import record_type
from modules.core.registry import Registry
from modules.workflow.graph import WorkflowGraph
from modules.workflow.plan import Plan


@dataclass(frozen=True, eq=False)
class Flow:
    """A graph at work on a model."""

    graph: WorkflowGraph
    model: type[models.Model]

    @cached_property
    def plan(self) -> Plan:
        """The graph with its names resolved; LookupError where today's code does not have one."""
        return Plan(self.graph)


flows: Registry[Flow] = Registry("workflows")
_by_record_type: Registry[Flow] = Registry("workflows by record type")


def register(flow: Flow) -> Flow:
    """File a flow under its key and its record type; a record type has one workflow."""
    _by_record_type.register(flow.graph.record_type, flow)
    return flows.register(flow.graph.key, flow)


def unregister(flow: Flow) -> None:
    flows.unregister(flow.graph.key)
    _by_record_type.unregister(flow.graph.record_type)


def find_flow(subject: Any) -> Flow | None:
    """The flow of a key, a record type, a model class or a record; None where there is none."""
    if isinstance(subject, str):
        return flows.get(subject) or _by_record_type.get(subject)
    if isinstance(subject, models.Model) or (isinstance(subject, type) and issubclass(subject, models.Model)):
        return _by_record_type.get(record_type(subject))
    return None


def flow_of(subject: Any) -> Flow:
    """As `find_flow`; LookupError where there is none."""
    flow = find_flow(subject)
    if flow is None:
        raise LookupError(f"there is no workflow for {subject!r}")
    return flow


def graph_of(subject: Any) -> WorkflowGraph:
    """The graph of a key, a record type, a model class or a record; LookupError where there is none."""
    return flow_of(subject).graph
