"""What a transition does beside moving the record: database work in its transaction; the world goes by the outbox."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.functional import Promise

from modules.core.actors import Actor
from modules.core.messages import Message, notify
from modules.workflow.vocabulary import names, parameters


@dataclass(frozen=True)
class Firing:
    """What an effect is told of the transition it belongs to.

    `key` names this step for ever (`films.order:17:42`): idempotency keys of outbox rows and postings derive from it.
    `data` is the form's cleaned data. An effect that takes a step back is told the step's own names and its data as the
    history keeps them, with a key of its own.
    """

    transition: str
    source: str
    target: str
    actor: Actor
    at: datetime
    key: str
    reason: str
    data: Mapping[str, Any]
    load_facts: Callable[[], Any]

    @cached_property
    def facts(self) -> Any:
        """What the guards were given; read now where the transition has no guard."""
        return self.load_facts()


Check = Callable[[Mapping[str, Any], type[models.Model]], Iterable[parameters.Fault]]


@dataclass(frozen=True, eq=False)
class Action:
    """An effect that people who build workflows may choose, `(record, firing, params)`."""

    effect_name: str
    title: str | Promise
    function: Callable[..., None]
    parameters: type | None = None
    check: Check | None = None
    """What else may be wrong with the parameters, beyond their kinds."""

    def __call__(self, record: Any, firing: Firing, **given: Any) -> None:
        """Run it with parameters as the graph has them; ExpressionError where an expression has no answer."""
        if self.parameters is None:
            self.function(record, firing)
            return
        facts = firing.facts if any(map(parameters.is_computed, given.values())) else None
        made = parameters.made(self.parameters, given, record, facts, firing.actor, firing.at, firing.data)
        self.function(record, firing, made)


def action(
    title: str | Promise, *, params: type | None = None, check: Check | None = None
) -> Callable[[Callable[..., None]], Action]:
    """Make a function an action that is offered where workflows are built; `params` is a frozen dataclass."""

    def make(function: Callable[..., None]) -> Action:
        made = Action(names.stable_name(function), title, function, params, check)
        names.effects.register(made.effect_name, made)
        return made

    return make


def tell(message: type[Message]) -> names.Effect:
    """An effect that tells the message's recipients, once for each firing."""

    def effect(record: Any, firing: Firing) -> None:
        notify(message, record, key=firing.key, at=firing.at)

    name = f"tell:{message.key}"
    known = names.effects.get(name)
    if known is None:
        effect.effect_name = name  # type: ignore[attr-defined]
        known = names.effects.register(name, effect)
    return known
