"""What a declaration is given, brought into one form."""

from collections.abc import Sequence
from typing import Any

from modules.core.actors import Actor
from modules.workflow.graph import ActorRule, Ask, EffectUse
from modules.workflow.vocabulary.guards import Guard
from modules.workflow.vocabulary.names import Effect, effects, stable_name

By = ActorRule | Actor
Do = tuple[Effect | EffectUse, ...]


def keys(states: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(state) for state in states)


def several(named: str | Sequence[str]) -> tuple[str, ...]:
    return (named,) if isinstance(named, str) else tuple(named)


def asked(named: Sequence[str | Ask]) -> tuple[Ask, ...]:
    return tuple(Ask(field) if isinstance(field, str) else field for field in named)


def optional(given: Sequence[Effect | EffectUse] | None) -> Do | None:
    return None if given is None else tuple(given)


def rules(by: By | Sequence[By]) -> tuple[ActorRule, ...]:
    given = [by] if isinstance(by, ActorRule | Actor) else by
    return tuple(ActorRule("system") if isinstance(rule, Actor) else rule for rule in given)


def guards(when: Guard | Sequence[Guard]) -> tuple[Guard, ...]:
    return (when,) if isinstance(when, Guard) else tuple(when)


def use(effect: Effect | EffectUse | str, **params: Any) -> EffectUse:
    """An effect with parameters: `do=[use(set_field, field="cost", value=0)]`."""
    match effect:
        case EffectUse():
            return effect
        case str():
            name = effect
        case _:
            name = stable_name(effect)
            effects.register(name, effect)
    return EffectUse(name, tuple(sorted(params.items())))
