"""How the values of a graph's fields are said inside a sentence about their change."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from modules.workflow.words import conditions, deciding, deeds, lengths, people, work
from modules.workflow.words.lists import quoted
from modules.workflow.words.vocabulary import Vocabulary


def none() -> str:
    return _("none")


def text(_vocabulary: Vocabulary, value: Any) -> str:
    return quoted(value) if str(value) else none()


def state(vocabulary: Vocabulary, key: str) -> str:
    return vocabulary.state(key)


def step(vocabulary: Vocabulary, key: str) -> str:
    return vocabulary.step(key)


def task(vocabulary: Vocabulary, key: str) -> str:
    return vocabulary.task(key) if key else pgettext("task", "none")


def field(vocabulary: Vocabulary, path: str) -> str:
    return vocabulary.field(path) if path else none()


def state_kind(_vocabulary: Vocabulary, value: str) -> str:
    words = {"initial": _("where it begins"), "normal": _("on the way"), "final": _("an end")}
    return words.get(value, value)


def transition_kind(_vocabulary: Vocabulary, value: str) -> str:
    words = {
        "manual": _("when somebody chooses it"),
        "automatic": _("by itself"),
        "timer": _("when its time has come"),
        "task": _("when a task ends"),
        "event": _("when something is reported"),
    }
    return words.get(value, value)


def actor(vocabulary: Vocabulary, rule: Any) -> str:
    return people.who(vocabulary, rule)


def guard(vocabulary: Vocabulary, use: Any) -> str:
    return conditions.condition(use, vocabulary)


def effect(_vocabulary: Vocabulary, use: Any) -> str:
    return deeds.deed(use)


def undoing(_vocabulary: Vocabulary, uses: Any) -> str:
    if uses is None:
        return _("not possible")
    return _("possible, and does this: {deeds}").format(deeds=deeds.deeds(uses)) if uses else _("possible")


def duration(_vocabulary: Vocabulary, value: Any) -> str:
    return _("not at all") if value is None else lengths.span(value)


def wait(vocabulary: Vocabulary, value: Any) -> str:
    """When: `4 hours after entering the state`."""
    return _("never") if value is None else deciding.counted(vocabulary, value, _("entering the state"))


def from_opening(vocabulary: Vocabulary, value: Any) -> str:
    """When a task is due: `4 hours after its opening`."""
    return _("never") if value is None else deciding.counted(vocabulary, value, _("its opening"))


def interval(vocabulary: Vocabulary, value: Any) -> str:
    """How long: `4 hours`."""
    if value is None:
        return _("never")
    return wait(vocabulary, value) if value.field else lengths.length(value)


def times(_vocabulary: Vocabulary, value: int) -> str:
    if not value:
        return _("for as long as it stays there")
    return ngettext("{count} time", "{count} times", value).format(count=value)


def ask(vocabulary: Vocabulary, value: Any) -> str:
    name = quoted(value.title) if value.title else vocabulary.field(value.field)
    return name if value.required else _("{field} (may be left empty)").format(field=name)


def brought(_vocabulary: Vocabulary, value: Any) -> str:
    kinds = {
        "text": _("a text"), "int": _("a whole number"), "number": _("a number with a point"), "bool": _("yes or no"),
        "moment": _("a moment"), "day": _("a day"),
    }  # fmt: skip
    told = _("{name} ({kind})") if value.required else _("{name} ({kind}, perhaps)")
    return told.format(name=quoted(value.name), kind=kinds[value.kind])


def outcome(vocabulary: Vocabulary, value: Any) -> str:
    return work.outcome(vocabulary, value)


def decision(vocabulary: Vocabulary, value: Any) -> str:
    return deciding.decision(vocabulary, value)


def escalation(vocabulary: Vocabulary, value: Any) -> str:
    return deciding.escalation(vocabulary, value, _("the due time"))


def escalation_of_promise(vocabulary: Vocabulary, value: Any) -> str:
    return deciding.escalation(vocabulary, value, _("the promise was broken"))
