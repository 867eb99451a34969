"""The nodes as JSON has them, and back. What equals its default is left out, so that new fields change no old hash."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise

from modules.workflow.graph.nodes import (
    ActorRule,
    Ask,
    Brought,
    Decision,
    EffectUse,
    Escalation,
    GuardUse,
    Outcome,
    Repeat,
    Sla,
    StateNode,
    TaskNode,
    Transition,
    Wait,
)
from modules.workflow.graph.translated import texts_of, words

FORMAT = 2
"""The version of the JSON form; grows when the form changes its meaning. Form 1 is read too."""

LOOKS = frozenset({"title", "description", "tone", "icon", "confirm", "words", "destructive"})
"""What people read or see, and nothing that runs depends on."""

Decoder = Callable[[Any], Any]


def plain(value: Any, leave_out: frozenset[str] = frozenset()) -> Any:
    """A node, tuple, duration or lazy words as JSON has it; durations are seconds."""
    match value:
        case EffectUse(params=()):
            return value.name
        case EffectUse() | GuardUse():
            return _fields(value, leave_out) | ({"params": plain(dict(value.params))} if value.params else {})
        case Wait() if value.is_plain:
            return value.amount.total_seconds()
        case Outcome():
            return _outcome_plain(value, leave_out)
        case tuple() | list():
            return [plain(item, leave_out) for item in value]
        case Mapping():
            return {str(key): plain(item, leave_out) for key, item in value.items()}
        case timedelta():
            return value.total_seconds()
        case str() | Promise():
            texts = texts_of(value)
            return str(value) if texts is None else dict(texts)
        case _ if hasattr(value, "__dataclass_fields__"):
            return _fields(value, leave_out)
        case _:
            return value


def _fields(node: Any, leave_out: frozenset[str]) -> dict[str, Any]:
    given = {
        entry.name: getattr(node, entry.name)
        for entry in fields(node)
        if entry.name not in leave_out and not _is_default(entry, getattr(node, entry.name))
    }
    return {name: plain(value, leave_out) for name, value in given.items()}


def _is_default(entry: "Field[Any]", value: Any) -> bool:
    return entry.default is not MISSING and type(value) is type(entry.default) and value == entry.default


def _outcome_plain(outcome: Outcome, leave_out: frozenset[str]) -> dict[str, Any]:
    given, usual = outcome._asdict(), Outcome._field_defaults
    return {
        name: plain(value, leave_out)
        for name, value in given.items()
        if name not in leave_out and (name not in usual or value != usual[name])
    }


def many(decode: Decoder) -> Decoder:
    return lambda entries: tuple(decode(entry) for entry in entries)


def _maybe(decode: Decoder) -> Decoder:
    return lambda entry: None if entry is None else decode(entry)


def _wait(data: Any) -> Wait:
    if isinstance(data, int | float):
        return Wait(timedelta(seconds=data))
    return Wait(**{**data, "amount": timedelta(seconds=data.get("amount", 0))})


def _params(data: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, data[name]) for name in sorted(data))


def _effect(data: Any) -> EffectUse:
    return EffectUse(data) if isinstance(data, str) else EffectUse(data["name"], _params(data.get("params", {})))


def _outcome(data: Any) -> Outcome:
    given = data if isinstance(data, Mapping) else dict(zip(Outcome._fields, data, strict=False))
    undo = given.get("undo")
    return Outcome(
        given["name"], words(given["title"]), given.get("target"), None if undo is None else _uses(undo),
        _uses(given.get("effects", ())),
    )  # fmt: skip


_uses = many(_effect)


def _node(kind: type[Any], decoders: Mapping[str, Decoder]) -> Decoder:
    def decode(data: Mapping[str, Any]) -> Any:
        return kind(**{name: decoders.get(name, _same)(value) for name, value in data.items()})

    return decode


def _same(value: Any) -> Any:
    return value


rule = _node(ActorRule, {})
guard_use = _node(GuardUse, {"params": _params, "words": words})
state = _node(StateNode, {"title": words})
_ask = _node(Ask, {"title": words})
_escalation = _node(Escalation, {"wait": _wait, "to": _maybe(rule), "effects": _uses})
_duration: Decoder = _maybe(lambda seconds: timedelta(seconds=seconds))
transition = _node(
    Transition,
    {
        "title": words, "confirm": words, "sources": tuple, "by": many(rule), "guards": many(guard_use),
        "effects": _uses, "after": _maybe(_wait), "not_same_as": tuple, "undo": _maybe(_uses), "hold": _duration,
        "asks": many(_ask), "compensation": _uses, "brings": many(_node(Brought, {})),
    },
)  # fmt: skip
_task = _node(
    TaskNode,
    {
        "title": words, "states": tuple, "assign": rule, "outcomes": many(_outcome), "due": _maybe(_wait),
        "not_same_as": tuple, "also": many(rule), "decide": _maybe(_node(Decision, {})), "remind": many(_wait),
        "escalate": many(_escalation),
    },
)  # fmt: skip
repeat = _node(
    Repeat,
    {
        "title": words, "states": tuple, "wait": _wait, "every": _maybe(_wait), "guards": many(guard_use),
        "effects": _uses,
    },
)  # fmt: skip
sla = _node(
    Sla,
    {
        "title": words, "states": tuple, "within": _wait, "warn": _maybe(_wait), "paused_in": tuple,
        "on_warning": _uses, "on_breach": _uses, "escalate": many(_escalation),
    },
)  # fmt: skip


def task(data: Mapping[str, Any]) -> TaskNode:
    """A task; in form 1 the field from which it is due stood beside the wait."""
    given = dict(data)
    field = given.pop("due_from", "")
    if field:
        given["due"] = {"amount": given.get("due") or 0, "field": field}
    node: TaskNode = _task(given)
    return node
