"""What a transition does beside moving the record: database work in its transaction; the world goes by the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from modules.core.actors import Actor
from modules.core.messages import Message, notify
from modules.workflow import names


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
