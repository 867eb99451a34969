"""Records below other records: a child that has moved lets its parent look at its automatic transitions.

A parent is always locked before its children, so that siblings never wait for one another; while the parent is on its
way itself nothing is told, because it looks anyway.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modules.core.actors import SYSTEM
from modules.workflow.engine.statements import statements_of
from modules.workflow.errors import Outdated, RecordGone
from modules.workflow.flows import Flow, find_flow
from modules.workflow.related import milestones

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


def flow_above(flow: Flow) -> Flow | None:
    """The workflow of the records that a flow's records stand below; None where these have none."""
    if not flow.graph.parent:
        return None
    model: Any = flow.model._meta.get_field(flow.graph.parent).related_model
    return find_flow(model)


def parent_id(flow: Flow, record: Any) -> int | None:
    """The key of the record above."""
    found: int | None = getattr(record, _column(flow))
    return found


def lock_parent(run: "Run") -> int | None:
    """Lock the record above before the one below, and say which it was."""
    return lock_parents(run.flow, [run.record_id]).get(run.record_id)


def lock_parents(flow: Flow, ids: Sequence[int]) -> dict[int, int]:
    """Lock the records above, from the top down, each level in the order of its keys; by child, which it was."""
    above = flow_above(flow)
    if above is None:
        return {}
    manager: Any = flow.model._base_manager
    found = dict(manager.filter(pk__in=ids, **{f"{_column(flow)}__isnull": False}).values_list("pk", _column(flow)))
    parents = sorted(set(found.values()))
    if parents:
        lock_parents(above, parents)
        statements_of(above.model).lock_many(parents)
    return found


def lock_below_parents(flow: Flow, pk: int) -> Any:
    """Lock a record as every call on it does, those above it first; the row as it is now, or None when it is gone."""
    lock_parents(flow, [pk])
    return statements_of(flow.model).lock(pk)


def refuse_moved(run: "Run", above: int | None) -> None:
    """Refuse where the record was put below another one while it was being locked."""
    if flow_above(run.flow) is not None and parent_id(run.flow, run.record) != above:
        raise Outdated


def tell(run: "Run") -> None:
    """Let those look at their automatic transitions whose guards may ask for the record that has moved."""
    if run.graph.parent:
        tell_parent(run)
    milestones.tell(run)


def tell_parent(run: "Run") -> None:
    """Let the record above look at its automatic transitions, unless it is on its way itself."""
    from modules.workflow.engine.running import is_running_id, run_on

    above = flow_above(run.flow)
    pk = None if above is None else parent_id(run.flow, run.record)
    if above is None or pk is None or is_running_id(above, pk):
        return
    try:
        with run_on(above, pk, actor=SYSTEM, at=run.at) as parent:
            parent.lock()
            if parent.plan.automatic.get(parent.record.state):
                parent.rest()
    except RecordGone:
        return
    if parent.steps:  # it may have moved its children
        run.record = run.statements.lock(run.record_id) or run.record


def _column(flow: Flow) -> str:
    return str(flow.model._meta.get_field(flow.graph.parent).attname)  # type: ignore[union-attr]
