"""Guards, actions and messages that a record type may use, with their parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter as Argument
from inspect import signature
from typing import Any, get_type_hints

from django.apps import apps
from django.db import models

from modules.core.messages import messages
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.effects import Action
from modules.workflow.vocabulary.guards import Guard, Words
from modules.workflow.vocabulary.parameters import Parameter, described


@dataclass(frozen=True)
class Offered:
    """Something to choose by its name. `document` is what is written for it, with the answers below `answers_in`
    (empty: beside the rest)."""

    name: str
    title: Words
    description: Words
    parameters: tuple[Parameter, ...]
    document: Mapping[str, Any]
    answers_in: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": str(self.title),
            "description": str(self.description),
            "parameters": [entry.as_data() for entry in self.parameters],
            "document": dict(self.document),
            "answers_in": self.answers_in,
        }


def _named(name: str, title: Words, description: str, parameters: type | None) -> Offered:
    """Something of the code: written by its name, with the answers as its `params`."""
    return Offered(name, title, description, _parameters(parameters), {"name": name}, "params")


def offered_guards(model: type[models.Model]) -> list[Offered]:
    """The guards of the code that suit a record type, by the type that their first argument is declared as."""
    return [
        _named(name, entry.title or entry.words, _first_line(entry.question), entry.parameters)
        for name, entry in sorted(names.guards.items())
        if isinstance(entry, Guard) and _suits(entry.question, model)
    ]


def offered_actions(model: type[models.Model]) -> list[Offered]:
    """The actions of the code that suit a record type, and the messages about it."""
    found = [
        _named(name, entry.title, _first_line(entry.function), entry.parameters)
        for name, entry in sorted(names.effects.items())
        if isinstance(entry, Action) and _suits(entry.function, model)
    ]
    return found + [
        _named(f"tell:{message.key}", message.title, "", None)
        for message in messages
        if message.model and apps.get_model(message.model) is model and f"tell:{message.key}" in names.effects
    ]


def _parameters(parameters: type | None) -> tuple[Parameter, ...]:
    return () if parameters is None else described(parameters)


def _suits(function: Callable[..., Any], model: type[models.Model]) -> bool:
    """Whether the first argument is declared as this model or what it derives from; what says nothing suits nobody."""
    arguments = [argument for argument in signature(function).parameters.values() if argument.kind in _POSITIONAL]
    if not arguments:
        return False
    try:
        hint = get_type_hints(function).get(arguments[0].name)
    except (NameError, TypeError):
        return False
    return hint is Any or (isinstance(hint, type) and issubclass(model, hint))


_POSITIONAL = (Argument.POSITIONAL_ONLY, Argument.POSITIONAL_OR_KEYWORD)


def _first_line(function: Callable[..., Any]) -> str:
    return (function.__doc__ or "").strip().partition("\n")[0]
