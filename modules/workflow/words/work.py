"""Tasks, repetitions and promises in sentences."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.workflow.graph import Outcome, Repeat, Sla, TaskNode
from modules.workflow.words.asking import form_sentence
from modules.workflow.words.conditions import conditions
from modules.workflow.words.deciding import counted, decision, escalation
from modules.workflow.words.deeds import deeds
from modules.workflow.words.lengths import length
from modules.workflow.words.lists import all_of, one_of, quoted
from modules.workflow.words.people import who
from modules.workflow.words.vocabulary import Vocabulary


def task_sentences(vocabulary: Vocabulary, task: TaskNode) -> list[str]:
    """Who has what to do, how many decide, how it ends, until when, and what happens otherwise."""
    told = _("While it is {states}, {task} is to be done by {people}.")
    people = all_of(dict.fromkeys(who(vocabulary, rule) for rule in task.assignees))
    return [
        told.format(states=vocabulary.states(task.states), task=quoted(task.title), people=people),
        *([decision(vocabulary, task.decide, task)] if task.decide or task.also else []),
        *_ends(vocabulary, task),
        *_times(vocabulary, task),
    ]


def _ends(vocabulary: Vocabulary, task: TaskNode) -> Iterator[str]:
    if task.outcomes:
        yield _("It ends with {outcomes}.").format(outcomes=one_of(outcome(vocabulary, end) for end in task.outcomes))
    if task.form:
        yield form_sentence(task.form)
    if task.not_same_as:
        told = _("It may not be the person who did {steps}.")
        yield told.format(steps=one_of(vocabulary.step(key) for key in task.not_same_as))


def outcome(vocabulary: Vocabulary, end: Outcome) -> str:
    """`“Broken” (it becomes “Cancelled”)`."""
    if end.target is None:
        told = quoted(end.title)
    else:
        words = _("{outcome} (it becomes {target})")
        told = words.format(outcome=quoted(end.title), target=vocabulary.state(end.target))
    if end.effects:
        told = _("{outcome}, and then {deeds}").format(outcome=told, deeds=deeds(end.effects))
    if end.undo is None:
        return told
    back = _("{outcome}, which can be taken back: {deeds}") if end.undo else _("{outcome}, which can be taken back")
    return back.format(outcome=told, deeds=deeds(end.undo))


def _times(vocabulary: Vocabulary, task: TaskNode) -> Iterator[str]:
    opening, due = _("its opening"), _("its due time")
    if task.due is not None:
        yield _("It is due {moment}.").format(moment=counted(vocabulary, task.due, opening))
    if task.remind:
        moments = all_of(counted(vocabulary, wait, opening) for wait in task.remind)
        yield _("Whoever has it is reminded {moments}.").format(moments=moments)
    for entry in task.escalate:
        start = due if task.due is not None else opening
        yield _("If it is still open {escalation}.").format(escalation=escalation(vocabulary, entry, start))


def repeat_sentences(vocabulary: Vocabulary, repeat: Repeat) -> list[str]:
    """When it happens first and how often, what it does, and what may keep it from that."""
    since = _("the moment it became {states}").format(states=vocabulary.states(repeat.states))
    told = _("While it is {states}, {repeat} happens {moment}.")
    found = [
        told.format(
            states=vocabulary.states(repeat.states),
            repeat=quoted(repeat.title),
            moment=counted(vocabulary, repeat.wait, since),
        )
    ]
    if repeat.every is not None:
        found.append(_how_often(repeat).format(length=length(repeat.every), count=repeat.times))
    if repeat.guards:
        found.append(_("That happens only if {conditions}.").format(conditions=conditions(repeat.guards, vocabulary)))
    if repeat.effects:
        found.append(_("Then: {deeds}.").format(deeds=deeds(repeat.effects)))
    return found


def _how_often(repeat: Repeat) -> str:
    if not repeat.times:
        return _("It happens again every {length} for as long as it stays there.")
    return ngettext(
        "After that it would happen every {length}, {count} time in all.",
        "After that it happens every {length}, {count} times in all.",
        repeat.times,
    )


def sla_sentences(vocabulary: Vocabulary, sla: Sla) -> list[str]:
    """The promise, the warning, where its clock stands still, and what its breach brings."""
    promise = _("{sla}: it is to be {states} for no longer than {length}.")
    if sla.within.field:
        promise = _("{sla}: it is to have left {states} {moment}.")
    since = _("the start")
    given = {"length": length(sla.within), "moment": counted(vocabulary, sla.within, since)}
    found = [promise.format(sla=quoted(sla.title), states=vocabulary.states(sla.states), **given)]
    if sla.paused_in:
        told = _("Its clock stands still while it is {states}.")
        found.append(told.format(states=vocabulary.states(sla.paused_in)))
    if sla.warn is not None:
        warning = _("A warning comes {moment}: {deeds}.") if sla.on_warning else _("A warning comes {moment}.")
        found.append(warning.format(moment=counted(vocabulary, sla.warn, since), deeds=deeds(sla.on_warning)))
    if sla.on_breach:
        found.append(_("When it is broken: {deeds}.").format(deeds=deeds(sla.on_breach)))
    told = _("If it is still there {escalation}.")
    found += [
        told.format(escalation=escalation(vocabulary, entry, _("the promise was broken"))) for entry in sla.escalate
    ]
    return found
