"""The buttons of a record: what its viewer may do now, and why not what is not possible now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from modules.core.actors import Actor
from modules.workflow.explaining import Clause
from modules.workflow.flows import Flow, find_flow, graph_of
from modules.workflow.graph import Transition, Words
from modules.workflow.offers import Allowed, can

Address = Callable[[str], str]
"""Where a transition of the record is fired, by the transition's key."""


@dataclass(frozen=True)
class Action:
    """A button. `key` makes pressing it twice harmless, `expected` is the state that its page showed."""

    name: str
    title: Words
    url: str
    is_allowed: bool
    reasons: tuple[str, ...]
    clauses: tuple[Clause, ...]
    """The reasons with what each looks at, and who could change that: for staff."""
    asks: bool
    """Whether a page of its own comes first: a form, or a question."""
    is_destructive: bool
    is_primary: bool
    expected: str
    key: str

    @property
    def reason_id(self) -> str:
        return f"why-not-{self.name}"


def flow_behind(record: Any) -> Flow | None:
    """The workflow of a record; rows that only name a record's type, as tasks do, have none."""
    flow = find_flow(record)
    return flow if flow is not None and isinstance(record, flow.model) else None


def actions_of(record: Any, actor: Actor, at: datetime, address: Address, *, for_owner: bool = False) -> list[Action]:
    """The actions that the actor has a right to. `for_owner` leaves out what only staff do: the portal shows that."""
    graph = graph_of(record)
    offers = can([record], actor, at).get(record.pk, [])
    if for_owner:
        offers = [offer for offer in offers if is_for_owner(graph.transition(offer.transition))]
    first = next((offer.transition for offer in offers if offer.allowed and not offer.destructive), "")
    return [_action(record, offer, address, is_primary=offer.transition == first) for offer in offers]


def is_for_owner(transition: Transition) -> bool:
    """Whether the person whom the record belongs to may fire it; staff do theirs in the console."""
    return any(rule.kind in ("owner", "person", "link") for rule in transition.by)


def _action(record: Any, offer: Allowed, address: Address, *, is_primary: bool) -> Action:
    return Action(
        offer.transition,
        offer.title,
        address(offer.transition),
        offer.allowed,
        offer.reasons,
        offer.clauses,
        bool(offer.form or offer.confirm or offer.destructive),
        offer.destructive,
        is_primary,
        str(record.state),
        uuid4().hex,
    )
