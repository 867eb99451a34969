"""Sentences about whole parts: what is new, gone, called otherwise, or stands in another order."""

from typing import Any

from django.utils.translation import gettext as _

from modules.workflow.words.lists import quoted
from modules.workflow.words.states import state_sentence
from modules.workflow.words.steps import step_sentences
from modules.workflow.words.vocabulary import Vocabulary
from modules.workflow.words.work import repeat_sentences, sla_sentences, task_sentences


def label(part: str, node: Any) -> str:
    """`Step “Approve”`: what a sentence about a part begins with."""
    words = {
        "states": _("State “{title}”"),
        "transitions": _("Step “{title}”"),
        "tasks": _("Task “{title}”"),
        "repeats": _("Repetition “{title}”"),
        "slas": _("Promise “{title}”"),
    }
    return words[part].format(title=node.title)


def added(vocabulary: Vocabulary, part: str, node: Any) -> str:
    """`New: step “Approve”. While it is …`: with all that the manager has to know of it."""
    words = {
        "states": _("New state {name}. {sentences}"),
        "transitions": _("New step {name}. {sentences}"),
        "tasks": _("New task {name}. {sentences}"),
        "repeats": _("New repetition {name}. {sentences}"),
        "slas": _("New promise {name}. {sentences}"),
    }
    sentences = " ".join(_sentences(vocabulary, part, node))
    return words[part].format(name=quoted(node.title), sentences=sentences).strip()


def removed(vocabulary: Vocabulary, part: str, node: Any) -> str:
    """`Step “Approve” is gone. It was: While it is …`."""
    words = {
        "states": _("State {name} is gone. It was: {sentences}"),
        "transitions": _("Step {name} is gone. It was: {sentences}"),
        "tasks": _("Task {name} is gone. It was: {sentences}"),
        "repeats": _("Repetition {name} is gone. It was: {sentences}"),
        "slas": _("Promise {name} is gone. It was: {sentences}"),
    }
    first = _sentences(vocabulary, part, node)[:1]
    if not first:
        return _("State {name} is gone.").format(name=quoted(node.title))
    return words[part].format(name=quoted(node.title), sentences=first[0])


def renamed(part: str, one: Any, other: Any) -> str:
    """`State “In review” is now “Triage” (in_review → triage).`"""
    words = {
        "states": _("State {old} is now {new} ({keys})."),
        "transitions": _("Step {old} is now {new} ({keys})."),
        "tasks": _("Task {old} is now {new} ({keys})."),
        "repeats": _("Repetition {old} is now {new} ({keys})."),
        "slas": _("Promise {old} is now {new} ({keys})."),
    }
    keys = f"{one.key} → {other.key}"
    return words[part].format(old=quoted(one.title), new=quoted(other.title), keys=keys)


def reordered(part: str) -> str:
    """The order matters where two automatic steps are possible: the first one goes."""
    words = {
        "states": _("The states stand in another order."),
        "transitions": _("The steps stand in another order; of two that happen by themselves the first one goes."),
        "tasks": _("The tasks stand in another order."),
        "repeats": _("The repetitions stand in another order."),
        "slas": _("The promises stand in another order."),
    }
    return words[part]


def _sentences(vocabulary: Vocabulary, part: str, node: Any) -> list[str]:
    match part:
        case "states":
            return [] if node.kind == "normal" else [state_sentence(node)]
        case "transitions":
            return step_sentences(vocabulary, node)
        case "tasks":
            return task_sentences(vocabulary, node)
        case "repeats":
            return repeat_sentences(vocabulary, node)
        case _:
            return sla_sentences(vocabulary, node)
