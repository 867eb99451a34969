"""Publishing a draft: it gets the next number, never changes again, and new records start on it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.errors import NotAllowed, Refusal
from modules.workflow.choices import DefinitionSource, DefinitionStatus
from modules.workflow.finding import Finding
from modules.workflow.flows import find_flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.publishing import current
from modules.workflow.publishing.drafts import problems_of
from modules.workflow.publishing.permissions import publish_permissions

PERMISSION = "workflow.publish_definition"


class Unsound(Refusal):
    """The definition has errors; `findings` say which."""

    code = "unsound"
    words = _("This version cannot be published: {first}")

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__(first=str(findings[0]))


def may_publish(actor: Actor) -> bool:
    """Whether somebody may publish workflows and move records to them."""
    return actor.may(PERMISSION)


def next_number(key: str) -> int:
    """The number that the next version of a workflow gets."""
    flow = find_flow(key)
    known = Definition.objects.filter(key=key).exclude(status=DefinitionStatus.DRAFT).aggregate(most=Max("version"))
    return max(known["most"] or 0, flow.declared.version if flow is not None and flow.source == "code" else 0) + 1


def published_graph(definition: Definition) -> WorkflowGraph:
    """The graph as records will run on it: a draft has the number that it would get, whatever its file says."""
    graph = WorkflowGraph.from_data(definition.graph)
    is_draft = definition.status == DefinitionStatus.DRAFT
    return replace(graph, version=next_number(graph.key)) if is_draft else graph


def publish(definition: Definition, *, actor: Actor, at: datetime, note: str = "") -> Definition:
    """Publish a draft under the next number, or a withdrawn version under its own again; published ones stay so.

    NotAllowed, Unsound.
    """
    if not may_publish(actor):
        raise NotAllowed
    with transaction.atomic():
        found = _locked(definition)
        if found.status == DefinitionStatus.PUBLISHED:
            return found
        graph = published_graph(found)
        errors = [finding for finding in problems_of(graph) if finding.severity == "error"]
        if errors:
            raise Unsound(errors)
        if found.status == DefinitionStatus.DRAFT:
            found.version, found.hash, found.graph = graph.version, graph.hash, graph.to_data()
        found.status, found.published_at, found.published_by = DefinitionStatus.PUBLISHED, at, actor.user
        found.note = note or found.note
        found.save()
        audit(found, "workflow_published", actor=actor, at=at, changes={"version": found.version})
    _tell()
    return found


def withdraw(definition: Definition, *, actor: Actor, at: datetime, instead: Definition | None = None) -> bool:
    """Let new records start on an earlier version again; records that run on this one go on with it.

    False for a version of the code, which says itself what new records start on.
    """
    with transaction.atomic():
        found = _locked(definition)
        if found.source == DefinitionSource.CODE or found.status != DefinitionStatus.PUBLISHED or instead is None:
            return False
        Definition.objects.filter(pk=instead.pk, status=DefinitionStatus.RETIRED).update(
            status=DefinitionStatus.PUBLISHED
        )
        found.status = DefinitionStatus.RETIRED
        found.save(update_fields=["status"])
        audit(found, "workflow_withdrawn", actor=actor, at=at, changes={"version": found.version})
    _tell()
    return True


def retire_unused(key: str) -> int:
    """Retire the published versions before the last two on which no record runs any more; how many."""
    flow = find_flow(key)
    if flow is None:
        return 0
    earlier = Definition.objects.filter(key=key, status=DefinitionStatus.PUBLISHED, version__lt=flow.graph.version - 1)
    used = flow.model._default_manager.filter(workflow_version__in=earlier.values_list("version", flat=True))
    numbers = set(used.values_list("workflow_version", flat=True).distinct())
    return earlier.exclude(version__in=numbers).update(status=DefinitionStatus.RETIRED)


def _locked(definition: Definition) -> Definition:
    """The definition as it is now; of one workflow, one is published at a time."""
    lock_versions(definition.key)
    return Definition.objects.get(pk=definition.pk)


def lock_versions(key: str) -> None:
    """Be the only one who publishes or moves records of a workflow, until the transaction ends."""
    rows = Definition.objects.filter(key=key).order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk"))


def _tell() -> None:
    """This process takes the versions over now, the others when they look next."""
    current.take_over()
    publish_permissions()
    transaction.on_commit(partial(current.touch))
