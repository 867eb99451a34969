"""A run on a record, in a transaction of its own or a savepoint of the caller's; which records are on their way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import models, transaction

from modules.core.actors import Actor
from modules.workflow.engine.run import CHAIN_LIMIT, Run
from modules.workflow.errors import AutomaticLoop
from modules.workflow.flows import Flow, Version, flow_of
from modules.workflow.related import children
from modules.workflow.vocabulary.guards import asked_by

_running: ContextVar[frozenset[tuple[str, int]]] = ContextVar("running", default=frozenset())


def running(record: models.Model, *, actor: Actor, at: datetime) -> AbstractContextManager[Run]:
    """A run on a record; see `run_on`."""
    flow = flow_of(record)
    return run_on(flow, record.pk, actor=actor, at=at, version=flow.version_of(record))


@contextmanager
def run_on(flow: Flow, record_id: int, *, actor: Actor, at: datetime, version: Version | None = None) -> Iterator[Run]:
    """A run in its own transaction, or in a savepoint of the caller's.

    RuntimeError where an effect fires its own record again: that is what `automatic` is for.
    """
    name, others = (flow.graph.record_type, record_id), _running.get()
    if name in others:
        raise RuntimeError(f"{flow.graph.key}: an effect may not fire its own record; declare an automatic transition")
    if len(others) == CHAIN_LIMIT:
        raise AutomaticLoop(f"{flow.graph.key}: more than {CHAIN_LIMIT} records that move one another")
    with transaction.atomic(), asked_by(actor, at):
        run, token = Run(flow, record_id, actor=actor, at=at, version=version), _running.set(others | {name})
        try:
            yield run
        finally:
            _running.reset(token)
        if run.steps or len(run.path) > 1:
            children.tell(run)


def is_running(record: models.Model) -> bool:
    """Whether a transition of this record is on its way in this thread."""
    return bool(_running.get()) and is_running_id(flow_of(record), record.pk)


def is_running_id(flow: Flow, record_id: int) -> bool:
    """As `is_running`, for a record that nobody has loaded."""
    return (flow.graph.record_type, record_id) in _running.get()
