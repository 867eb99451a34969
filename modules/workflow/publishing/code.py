"""A copy of every graph of the code, kept when the database is brought in line with the code after a migrate."""

from django.db import transaction

from modules.core import clock
from modules.workflow.choices import DefinitionSource, DefinitionStatus
from modules.workflow.flows import flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition


def store_definitions() -> None:
    """Keep every graph that ever ran, under its hash; the newest of each number that the code knew is published."""
    for flow in flows:
        if flow.source == "code":
            store(flow.declared)


def store(graph: WorkflowGraph) -> None:
    """Keep a graph of the code, in place of an earlier one with its number; one that staff has published stays."""
    with transaction.atomic():
        same = Definition.objects.filter(key=graph.key, version=graph.version, status=DefinitionStatus.PUBLISHED)
        if same.filter(hash=graph.hash).exists() or same.filter(source=DefinitionSource.DATA).exists():
            return
        same.update(status=DefinitionStatus.RETIRED)
        known = Definition.objects.filter(hash=graph.hash)
        if known.update(status=DefinitionStatus.PUBLISHED):
            return
        Definition.objects.create(
            hash=graph.hash,
            key=graph.key,
            version=graph.version,
            record_type=graph.record_type,
            graph=graph.to_data(),
            status=DefinitionStatus.PUBLISHED,
            published_at=clock.now(),
        )
