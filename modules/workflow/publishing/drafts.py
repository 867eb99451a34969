"""Definitions that come as data: read, examined, kept as drafts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.references import model_of
from modules.workflow.choices import DefinitionSource, DefinitionStatus
from modules.workflow.finding import Finding
from modules.workflow.flows import find_flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.graph.documents import examined, read_text
from modules.workflow.graph.faults import DocumentFault, Faulty
from modules.workflow.graph.schema import document_schema
from modules.workflow.models import Definition, WorkflowRecord
from modules.workflow.soundness import findings
from modules.workflow.soundness.fields import refused_states


class BadDefinition(Refusal):
    """The data are no workflow; `faults` say what is wrong, and where."""

    code = "bad_definition"
    words = _("This is no workflow: {why}")

    def __init__(self, faults: Sequence[DocumentFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(why=str(self.faults[0]))


def graph_from(data: Any) -> WorkflowGraph:
    """A graph from its JSON, as text or read already; BadDefinition says what is wrong with the form of it."""
    try:
        given = examined(read_text(data) if isinstance(data, str) else data, document_schema())
    except Faulty as faulty:
        raise BadDefinition(faulty.faults) from None
    if not any(state.get("kind") == "initial" for state in given["states"]):
        problem, mend = _t("None of its states is the initial one."), _t("Give one the kind “initial”.")
        raise BadDefinition([DocumentFault("document_no_beginning", "states", problem, mend)])
    return WorkflowGraph.from_data(given)


def problems_of(graph: WorkflowGraph) -> list[Finding]:
    """Everything that is wrong with a graph as it would run here."""
    model = model_of(graph.record_type)
    if model is None or not issubclass(model, WorkflowRecord):
        no_model = _("is about “{kind}”, which is no kind of record with a workflow here.").format(
            kind=graph.record_type
        )
        return [Finding("unknown_record_type", graph.key, "", no_model, _("Install its module."))]
    other = find_flow(graph.record_type)
    if other is not None and other.declared.key != graph.key:
        taken = _("is about records that have the workflow “{other}” already.").format(other=other.declared.key)
        return [Finding("record_type_taken", graph.key, "", taken, _("Use its key."))]
    return [*findings(graph, model), *refused_states(graph, model)]


def save_draft(graph: WorkflowGraph, *, at: datetime, actor: Actor | None = None, note: str = "") -> Definition:
    """Keep a graph as a draft; one that is stored already is given back as it is."""
    with transaction.atomic():
        found, _is_new = Definition.objects.get_or_create(
            hash=graph.hash,
            defaults={
                "key": graph.key,
                "version": graph.version,
                "record_type": graph.record_type,
                "graph": graph.to_data(),
                "status": DefinitionStatus.DRAFT,
                "source": DefinitionSource.DATA,
                "note": note,
            },
        )
    return found
