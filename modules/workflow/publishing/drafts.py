"""Definitions that come as data: read, examined, kept as drafts."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.references import model_of
from modules.workflow.choices import DefinitionSource, DefinitionStatus
from modules.workflow.finding import Finding
from modules.workflow.flows import find_flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, WorkflowRecord
from modules.workflow.soundness import findings
from modules.workflow.soundness.fields import refused_states


class BadDefinition(Refusal):
    """The data are no workflow of a kind of record that is installed."""

    code = "bad_definition"
    words = _("This is no workflow: {why}")


def graph_from(data: str | Mapping[str, Any]) -> WorkflowGraph:
    """A graph from its JSON; BadDefinition says what is wrong with the form of it."""
    try:
        given = json.loads(data) if isinstance(data, str) else data
        if not isinstance(given, Mapping):
            raise BadDefinition(why=_("a JSON object is expected."))
        graph = WorkflowGraph.from_data(given)
        _look(graph)
    except KeyError as error:
        raise BadDefinition(why=_("“{name}” is missing.").format(name=error.args[0])) from error
    except StopIteration:
        raise BadDefinition(why=_("none of its states is the initial one.")) from None
    except (ValueError, TypeError, AttributeError) as error:
        raise BadDefinition(why=str(error)) from error
    if not isinstance(graph.version, int) or not (isinstance(graph.key, str) and graph.key):
        raise BadDefinition(why=_("its key is a text and its version a number."))
    return graph


def _look(graph: WorkflowGraph) -> None:
    """Read what only shows when it is asked for."""
    if not graph.has_state(graph.initial):
        raise ValueError(graph.key)
    graph.to_json()


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
