"""The workflows that run: a graph with its model, found by key, by record type, by model or by record."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from django.db import models

from modules.core.audit import record_type
from modules.core.registry import Registry
from modules.workflow.graph import WorkflowGraph
from modules.workflow.plan import Plan


class Version:
    """One version of a workflow, ready to run."""

    def __init__(self, graph: WorkflowGraph, model: type[models.Model]) -> None:
        self.graph, self.model = graph, model

    @cached_property
    def plan(self) -> Plan:
        """The graph with its names resolved; LookupError where today's code does not have one."""
        return Plan(self.graph, self.model)


class Flow:
    """A workflow at work on a model: the version that new records start on, and those on which others still run."""

    def __init__(
        self, graph: WorkflowGraph, model: type[models.Model], source: Literal["code", "data"] = "code"
    ) -> None:
        self.model, self.source = model, source
        self.declared = graph
        """What the code says, or the first definition read; published definitions may have gone on from there."""
        self.current = Version(graph, model)
        self._versions: dict[int, Version | None] = {graph.version: self.current}

    @property
    def graph(self) -> WorkflowGraph:
        """The version that new records start on."""
        return self.current.graph

    @property
    def plan(self) -> Plan:
        """The plan of that version."""
        return self.current.plan

    def version_of(self, record: Any) -> Version:
        """The version that a record runs on: the present one until it has started, and where its own is not kept."""
        number = record.workflow_version
        if number == self.current.graph.version or record.state_since is None:
            return self.current
        return self.version(number) or self.current

    def versions_here(self) -> list[Version]:
        """The versions that this process knows by now."""
        return [version for version in list(self._versions.values()) if version is not None]

    def version(self, number: int) -> Version | None:
        """A version by its number; None where no published definition has it."""
        if number not in self._versions:
            self._versions[number] = self._stored(number)
        return self._versions[number]

    def _stored(self, number: int) -> Version | None:
        from modules.workflow.models import Definition

        found = Definition.objects.filter(key=self.graph.key, version=number).exclude(status="draft")
        found = found.order_by("status", "-pk")  # the published one before those that it has replaced
        stored = found.values_list("graph", flat=True).first()
        return None if stored is None else Version(WorkflowGraph.from_data(stored), self.model)

    def graph_for(self, record: Any) -> WorkflowGraph:
        """The graph that a record runs on."""
        return self.version_of(record).graph

    def plan_for(self, record: Any) -> Plan:
        """The plan that a record runs on."""
        return self.version_of(record).plan

    def facts(self, records: Sequence[Any], at: datetime) -> Mapping[int, Any]:
        """What guards are told of records, each as its own version asks: versions that ask alike ask once."""
        asking: dict[tuple[object, ...], tuple[Plan, list[Any]]] = {}
        for record in records:
            plan = self.plan_for(record)
            asking.setdefault((plan.graph.facts, plan.paths, plan.asks_tasks), (plan, []))[1].append(record)
        return {pk: told for plan, theirs in asking.values() for pk, told in plan.facts(theirs, at).items()}

    def use(self, graph: WorkflowGraph) -> None:
        """Let new records start on a graph from now on; ValueError for one of another workflow."""
        if (graph.key, graph.record_type) != (self.declared.key, self.declared.record_type):
            raise ValueError(f"{graph.key} is no version of {self.declared.key}")
        self.current = Version(graph, self.model)
        self._versions[graph.version] = self.current

    def look_again(self) -> None:
        """Look for versions that were not there before; another process may have published them."""
        known = list(self._versions.items())  # another thread may be reading one in
        self._versions = {number: version for number, version in known if version is not None}

    def forget(self) -> None:
        """Start again from what the code says: read other versions anew, and let new records start on the code's."""
        self.current = Version(self.declared, self.model)
        self._versions = {self.declared.version: self.current}


flows: Registry[Flow] = Registry("workflows")
_by_record_type: Registry[Flow] = Registry("workflows by record type")
_instead: ContextVar[Mapping[str, Flow]] = ContextVar("instead", default={})  # noqa: B039 - never written to


def register(flow: Flow) -> Flow:
    """File a flow under its key and its record type; a record type has one workflow."""
    _by_record_type.register(flow.graph.record_type, flow)
    return flows.register(flow.graph.key, flow)


def unregister(flow: Flow) -> None:
    flows.unregister(flow.graph.key)
    _by_record_type.unregister(flow.graph.record_type)


@contextmanager
def instead(flow: Flow) -> Iterator[None]:
    """Let a flow stand for the registered one of its key, for this thread alone: a trial that nobody else notices."""
    token = _instead.set({**_instead.get(), flow.declared.key: flow})
    try:
        yield
    finally:
        _instead.reset(token)


def find_flow(subject: Any) -> Flow | None:
    """The flow of a key, a record type, a model class or a record; None where there is none."""
    found = None
    if isinstance(subject, str):
        found = flows.get(subject) or _by_record_type.get(subject)
    elif isinstance(subject, models.Model) or (isinstance(subject, type) and issubclass(subject, models.Model)):
        found = _by_record_type.get(record_type(subject))
    others = _instead.get()
    return others.get(found.declared.key, found) if others and found is not None else found


def flow_of(subject: Any) -> Flow:
    """As `find_flow`; LookupError where there is none."""
    flow = find_flow(subject)
    if flow is None:
        raise LookupError(f"there is no workflow for {subject!r}")
    return flow


def graph_of(subject: Any) -> WorkflowGraph:
    """The present graph of a key, a record type or a model class, or the one a record runs on; LookupError where there
    is none."""
    flow = flow_of(subject)
    return flow.graph_for(subject) if isinstance(subject, models.Model) else flow.graph


def plan_of(record: models.Model) -> Plan:
    """The plan that a record runs on."""
    return flow_of(record).plan_for(record)
