"""Another record's state as something to wait for: when it moves, those who ask for it look again.

They look in a transaction of their own, by the outbox: two records that ask for each other never wait for each other's
locks. Every record that leads to the moved one is locked and looked at, also one that is just on its way into a state
that asks, and once more later for one that was just being made. Versions that records may still run on ask as well.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from modules.core.actors import SYSTEM
from modules.core.audit import record_type
from modules.core.outbox import Delivery, collecting, effect, send
from modules.workflow.choices import DefinitionStatus
from modules.workflow.errors import RecordGone
from modules.workflow.flows import Flow, Version, find_flow, flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.related.neighbours import LOOKING, model_at, paths_asked

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run

logger = logging.getLogger(__name__)

EFFECT = "workflow.look_again"
SECOND_LOOK = timedelta(minutes=1)

Watchers = dict[str, dict[tuple[Flow, str], frozenset[str]]]
_known: tuple[tuple[Version, ...], list[tuple[Flow, WorkflowGraph]] | None, Watchers] = ((), None, {})
_older: list[tuple[Flow, WorkflowGraph]] | None = None


def watchers() -> Watchers:
    """By record type, the workflows whose automatic transitions ask for its records, with the paths that lead there and
    the states in which nobody asks any more."""
    global _known
    current = tuple([flow.current for flow in flows])
    if _older is None:
        read_older()
    if _known[0] != current or _known[1] is not _older:
        asking = [(flow, flow.graph) for flow in flows] + [
            entry for entry in _older or () if flows.get(entry[1].key) is entry[0]
        ]
        _known = (current, _older, _watchers(asking))
    return _known[2]


def read_older() -> None:
    """Know what versions ask on which records may still run, from what is stored: once, and when versions change."""
    global _older
    stored = Definition.objects.exclude(status=DefinitionStatus.DRAFT).annotate(text=Cast("graph", TextField()))
    asking = reduce(or_, (Q(text__contains=name) for name in LOOKING))
    rows: Any = stored.filter(asking).order_by("pk").values_list("key", "graph")
    _older = [(flow, WorkflowGraph.from_data(data)) for key, data in rows if (flow := flows.get(key)) is not None]


def _watchers(asking: Iterable[tuple[Flow, WorkflowGraph]]) -> Watchers:
    found: Watchers = defaultdict(dict)
    for flow, graph in asking:
        ended = frozenset(state.key for state in graph.states if state.kind == "final")
        automatic = [way for way in graph.transitions if way.kind == "automatic"]
        for path in paths_asked(use for way in automatic for use in way.guards):
            kind = _kind_at(flow, path)
            if kind and not _is_told_as_parent(flow, kind, path):
                found[kind][flow, path] = ended & found[kind].get((flow, path), ended)
    return dict(found)


def _kind_at(flow: Flow, path: str) -> str:
    try:
        return record_type(model_at(flow.model, path))
    except (LookupError, FieldDoesNotExist):  # soundness names it
        return ""


def _is_told_as_parent(flow: Flow, kind: str, path: str) -> bool:
    """Whether the moved records are children of those that ask, and tell them at once."""
    below = find_flow(kind)
    if below is None or not below.graph.parent:
        return False
    field: Any = below.model._meta.get_field(below.graph.parent)
    return bool(field.related_model is flow.model and field.remote_field.get_accessor_name() == path)


def tell(run: "Run") -> None:
    """Ask for another look at those who wait for the moved record, if anybody may."""
    kind = run.graph.record_type
    if kind not in watchers():
        return
    payload, key = {"record_type": kind, "record_id": run.record_id}, f"{kind}:{run.record_id}:{run.record.revision}"
    with collecting():  # whether somebody has looked again does not hinder taking the step back
        send(EFFECT, payload, key=f"look:{key}", at=run.at)
        send(EFFECT, payload, key=f"look later:{key}", at=run.at, due_at=run.at + SECOND_LOOK)


@effect(EFFECT)
def look_again(delivery: Delivery) -> None:
    """Every record that leads to the moved one looks at its automatic transitions, each in its own transaction. One
    that fails stops no other; all of them look again with it."""
    failure: Exception | None = None
    for (flow, path), ended in watchers().get(delivery.payload["record_type"], {}).items():
        manager: Any = flow.model._base_manager
        waiting = manager.filter(**{path: delivery.payload["record_id"]}).exclude(state__in=ended)
        for pk in list(waiting.order_by("pk").values_list("pk", flat=True).distinct()):
            try:
                _advance(flow, pk, delivery)
            except Exception as error:
                logger.exception("%s %s could not look again", flow.graph.record_type, pk)
                failure = failure or error
    if failure is not None:
        raise failure


def _advance(flow: Flow, pk: int, delivery: Delivery) -> None:
    from modules.workflow.engine.running import run_on

    with run_on(flow, pk, actor=SYSTEM, at=delivery.at) as run:
        try:
            run.lock()
        except RecordGone:
            return
        if run.record.state_since is not None:
            run.rest()
