"""What comes from outside and what goes there: events, messages, and making up for what was done."""

from collections.abc import Iterator

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.core.messages import Message, messages
from modules.core.outbox import handlers
from modules.workflow.finding import Finding, said
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.soundness.vocabulary import effect_uses
from modules.workflow.soundness.ways import backward, closure

TELL = "tell:"
"""How the names of effects begin that tell a message."""
GIVEN_UP = "given_up:"
"""How the names of events begin that are dead letters (`events.given_up`)."""


def events(graph: WorkflowGraph) -> Iterator[Finding]:
    """Transitions that wait for an event without a name, or that no record could be found for."""
    for way in graph.transitions:
        if way.kind == "event" and not (way.event and way.match):
            yield Finding(
                "uncorrelated_event", graph.key, f"transition:{way.key}",
                _("waits for an event that finds no record."),
                _("Say which event, with `on=`, and which field it names, with `match=`."),
            )  # fmt: skip
        lost = way.event.removeprefix(GIVEN_UP) if way.event.startswith(GIVEN_UP) else ""
        if lost and lost not in handlers:
            yield Finding(
                "unknown_effect", graph.key, f"transition:{way.key}",
                said(_("waits for “{name}” to be given up, which nothing sends."), name=lost),
                _("Name an effect of the outbox."),
            )  # fmt: skip
        if way.brings and (way.kind != "event" or way.form):
            yield Finding(
                "brings_nothing", graph.key, f"transition:{way.key}",
                _("says what an event brings, and is no event, or has a form that says it already."),
                _("Take it away."),
            )  # fmt: skip
        if way.many and way.kind != "event":
            yield Finding(
                "many_of_nothing", graph.key, f"transition:{way.key}", _("is for many records, and is no event."),
                _("Take `many` away."),
            )  # fmt: skip
    for state in graph.states:
        seen: dict[tuple[str, str, bool], Transition] = {}
        for way in graph.leaving(state.key, "event"):
            first = seen.setdefault((way.event, way.match, way.many), way)
            if first is not way and not first.guards:
                yield Finding(
                    "never_possible", graph.key, f"transition:{way.key}",
                    said(_("can never start in “{state}”, because “{first}” always goes first."), state=state.key,
                         first=first.key), said(_("Give “{first}” another guard."), first=first.key),
                )  # fmt: skip


def told(graph: WorkflowGraph, model: type[models.Model]) -> Iterator[Finding]:
    """Messages that are told to nobody, or that are about another kind of record."""
    for place, use in dict.fromkeys(
        (place, use.name) for place, use in effect_uses(graph) if use.name.startswith(TELL)
    ):
        message = messages.get(use.removeprefix(TELL))
        if message is None:
            continue  # an effect that the code does not have is found by its name
        if message.to is Message.to and message.recipients.__func__ is Message.recipients.__func__:  # type: ignore[attr-defined]
            yield Finding(
                "told_to_nobody", graph.key, place, said(_("tells “{message}”, which has no recipients."),
                message=message.key), _("Say who is told, with `to`."),
            )  # fmt: skip
        if message.model and message.model.lower() != model._meta.label_lower:
            yield Finding(
                "message_of_another", graph.key, place,
                said(_("tells “{message}”, which is about “{model}”."), message=message.key, model=message.model),
                _("Tell a message about this kind of record."),
            )  # fmt: skip


def compensations(graph: WorkflowGraph) -> Iterator[Finding]:
    """Where a later step makes up for all that was done: steps that it cannot make up for."""
    calling_off = [way for way in graph.transitions if way.compensates]
    if not calling_off:
        for way in graph.transitions:
            if way.compensation:
                yield Finding(
                    "never_compensated", graph.key, f"transition:{way.key}",
                    _("says what makes up for it, and no step ever calls that."),
                    _("Set `compensates=True` on the step that calls everything off."), "warning",
                )  # fmt: skip
        return
    before = closure([state for way in calling_off for state in way.sources], backward(graph))
    for way in graph.transitions:
        does = [use for use in way.effects if not use.name.startswith(TELL)]
        if does and way.target in before and not (way.compensation or way.compensates):
            yield Finding(
                "no_compensation", graph.key, f"transition:{way.key}",
                said(_("does something that “{step}” does not make up for."), step=calling_off[0].key),
                _("Say what makes up for it, with `compensation=`."), "warning",
            )  # fmt: skip
