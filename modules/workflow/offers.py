"""What an actor could do with records now: for buttons, lists and the API. As many queries for fifty as for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules.core.actors import Actor
from modules.workflow.errors import SamePerson
from modules.workflow.flows import Flow, flow_of
from modules.workflow.four_eyes import deeds_of, same_person
from modules.workflow.graph import Words
from modules.workflow.plan import Step
from modules.workflow.rights import fits


@dataclass(frozen=True)
class Allowed:
    """A transition that the actor has a right to, and what stands against it at present."""

    transition: str
    title: Words
    allowed: bool
    reasons: tuple[str, ...]
    form: str
    confirm: Words = ""
    destructive: bool = False
    step: int | None = None
    """Of a step to take back: the history entry that the person sees."""


def can(records: Sequence[Any], actor: Actor, at: datetime) -> dict[int, list[Allowed]]:
    """By record id: the manual transitions of its state that the actor has a right to, in order of declaration.

    One that the actor could never fire is left out; one that guards refuse is there with every reason. Records are
    of one kind; give them with their owner's relation loaded where the flow's owner follows one.
    """
    if not records:
        return {}
    flow = flow_of(records[0])
    steps = {record.pk: _steps(flow, record, actor) for record in records}
    asking = [record for record in records if any(step.guards for step in steps[record.pk])]
    facts = flow.plan.facts(asking, at) if asking else {}
    watched = [pk for pk, offered in steps.items() if any(step.eyes for step in offered)]
    deeds = deeds_of(flow.graph, watched, {step.eyes for pk in watched for step in steps[pk]}) if watched else {}
    return {
        record.pk: [
            _offer(
                step, record, facts.get(record.pk), same_person(flow.graph, step.eyes, deeds.get(record.pk, ()), actor)
            )
            for step in steps[record.pk]
        ]
        for record in records
    }


def _steps(flow: Flow, record: Any, actor: Actor) -> list[Step]:
    manual = flow.plan.manual.get(record.state, ())
    return [step for step in manual if fits(step.transition.by, record, actor, flow.graph)]


def _offer(step: Step, record: Any, facts: Any, refusal: SamePerson | None) -> Allowed:
    reasons, way = step.refusals(record, facts), step.transition
    if refusal is not None:
        reasons = (str(refusal), *reasons)
    return Allowed(way.key, way.title, not reasons, reasons, way.form, way.confirm, way.destructive)


def form_for(record: Any, transition: str, data: Any = None, **extra: Any) -> Any:
    """The form that a transition asks the person to fill, or None; bound where data are given."""
    return flow_of(record).plan.step(transition).form(record, data, **extra)
