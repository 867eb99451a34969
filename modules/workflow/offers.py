"""What an actor could do with records now: for buttons, lists and the API. As many queries for fifty as for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from modules.core.actors import Actor
from modules.workflow.explaining import Clause, Explainer
from modules.workflow.flows import Flow, flow_of, plan_of
from modules.workflow.graph import Words
from modules.workflow.people.four_eyes import deeds_of, same_person
from modules.workflow.people.rights import fits
from modules.workflow.plan import Step
from modules.workflow.vocabulary.guards import asked_by


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
    clauses: tuple[Clause, ...] = ()
    """The same as `reasons`, with the values that each looks at and who could change them."""

    def as_data(self) -> dict[str, Any]:
        """For the API."""
        return {
            "transition": self.transition,
            "title": str(self.title),
            "allowed": self.allowed,
            "asks": bool(self.form or self.confirm),
            "destructive": self.destructive,
            "reasons": [clause.as_data() for clause in self.clauses],
        }


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
    facts = flow.facts(asking, at)
    load_what_guards_follow(asking, steps.values())
    watched = [pk for pk, offered in steps.items() if any(step.eyes for step in offered)]
    deeds = deeds_of(flow.graph, watched, {step.eyes for pk in watched for step in steps[pk]}) if watched else {}
    explainer = Explainer(flow.model)
    with asked_by(actor, at):
        return {
            record.pk: [
                _offer(step, tuple(explainer.clauses(
                    step, record, facts.get(record.pk),
                    same_person(flow.graph, step.eyes, deeds.get(record.pk, ()), actor),
                )))
                for step in steps[record.pk]
            ]
            for record in records
        }  # fmt: skip


def _steps(flow: Flow, record: Any, actor: Actor) -> list[Step]:
    version = flow.version_of(record)
    manual = version.plan.manual.get(record.state, ())
    return [step for step in manual if fits(step.transition.by, record, actor, version.graph)]


def load_what_guards_follow(records: Sequence[Any], steps: Iterable[Sequence[Step]]) -> None:
    """Load the relations that expressions among the guards read, for all records at once."""
    guards = {guard for offered in steps for step in offered for guard in step.guards if step.reads_relations}
    if guards and records:
        from modules.workflow.expressions.evaluating import load_relations
        from modules.workflow.expressions.guards import relations_of

        load_relations(records, relations_of(guards, type(records[0])))


def _offer(step: Step, clauses: tuple[Clause, ...]) -> Allowed:
    way = step.transition
    form = way.form or ("workflow.asks" if way.asks else "")
    reasons = tuple(clause.text for clause in clauses)
    return Allowed(
        way.key, way.title, not reasons, reasons, form, way.confirm, way.destructive, clauses=clauses
    )  # fmt: skip


def form_for(record: Any, transition: str, data: Any = None, **extra: Any) -> Any:
    """The form that a transition asks the person to fill, or None; bound where data are given."""
    return plan_of(record).step(transition).form(record, data, **extra)
