"""A transition in sentences: when it is possible or happens, who does it, what it asks and what it does."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from modules.workflow.graph import Transition
from modules.workflow.words.asking import form_sentence
from modules.workflow.words.conditions import conditions
from modules.workflow.words.deciding import counted
from modules.workflow.words.deeds import deeds
from modules.workflow.words.lengths import length, span
from modules.workflow.words.lists import all_of, one_of, quoted
from modules.workflow.words.people import whoever
from modules.workflow.words.vocabulary import Vocabulary


def step_sentences(vocabulary: Vocabulary, step: Transition) -> list[str]:
    """The first sentence says when and where to; the others what belongs to it."""
    return [
        _first(vocabulary, step),
        *_conditions(vocabulary, step),
        *_asked(vocabulary, step),
        *_done(vocabulary, step),
        *_taken_back(step),
    ]


def is_of_the_system(step: Transition) -> bool:
    """A step by name that nobody has a button for."""
    return step.kind == "manual" and bool(step.by) and all(rule.kind == "system" for rule in step.by)


def _first(vocabulary: Vocabulary, step: Transition) -> str:
    stays = step.sources == (step.target,)
    given = {
        "step": quoted(step.title),
        "states": vocabulary.states(step.sources),
        "target": vocabulary.state(step.target),
        "people": whoever(vocabulary, step.by),
        "conditions": conditions(step.guards, vocabulary),
        "event": step.event,
        "task": vocabulary.task(step.completes),
        "length": "",
        "moment": "",
    }
    if step.kind == "timer" and step.after is not None:
        since = _("the moment it became {states}").format(states=given["states"])
        given |= {"length": length(step.after), "moment": counted(vocabulary, step.after, since)}
    return _template(step, stays).format(**given)


def _template(step: Transition, stays: bool) -> str:
    """The sentence of a kind; a step whose only source is its target does not move the record."""
    if is_of_the_system(step):
        if stays:
            return _("While it is {states}, {step} may be reported by the system; it stays {target}.")
        return _("While it is {states}, {step} may be reported by the system; it becomes {target}.")
    if step.kind == "manual":
        if stays:
            return _("While it is {states}, {people} may choose {step}; it stays {target}.")
        return _("While it is {states}, {people} may choose {step}; it becomes {target}.")
    if step.kind == "timer" and step.after is not None and step.after.field:
        return _("While it is {states}, {step} happens by itself {moment}; it becomes {target}.")
    if step.kind == "timer":
        return _("When it has been {states} for {length}, {step} happens by itself; it becomes {target}.")
    if step.kind == "event":
        return _("When “{event}” is reported while it is {states}, {step} happens; it becomes {target}.")
    if step.kind == "task":
        return _("When the task {task} ends with {step}, it becomes {target}.")
    if step.guards:
        return _("As soon as it is {states} and {conditions}, {step} happens by itself; it becomes {target}.")
    return _("As soon as it is {states}, {step} happens by itself; it becomes {target}.")


def _conditions(vocabulary: Vocabulary, step: Transition) -> Iterator[str]:
    if step.guards and step.kind != "automatic":
        yield _("That is possible only if {conditions}.").format(conditions=conditions(step.guards, vocabulary))
    if step.match:
        told = _("The report is for the record whose {field} it names.")
        if step.many:
            told = _("The report is for every record whose {field} it names and that waits for it then.")
        yield told.format(field=vocabulary.field(step.match))
    if step.not_same_as:
        told = _("It may not be the person who did {steps}.")
        yield told.format(steps=one_of(vocabulary.step(key) for key in step.not_same_as))


def _asked(vocabulary: Vocabulary, step: Transition) -> Iterator[str]:
    if step.confirm:
        yield _("It asks first: {question}").format(question=quoted(step.confirm))
    if step.form:
        yield form_sentence(step.form)
    for required, told in ((True, _("It asks for {fields}.")), (False, _("It may be told {fields} too."))):
        named = [
            quoted(ask.title) if ask.title else vocabulary.field(ask.field)
            for ask in step.asks
            if ask.required is required
        ]
        if named:
            yield told.format(fields=all_of(named))


def _done(vocabulary: Vocabulary, step: Transition) -> Iterator[str]:
    if step.completes and step.kind != "task":
        yield _("It ends the task {task}.").format(task=vocabulary.task(step.completes))
    if step.compensates:
        yield _("It first makes up for every step done so far, the newest first.")
    if step.effects:
        yield _("Then: {deeds}.").format(deeds=deeds(step.effects))
    if step.compensation:
        yield _("Where a later step makes up for it: {deeds}.").format(deeds=deeds(step.compensation))


def _taken_back(step: Transition) -> Iterator[str]:
    if step.undo:
        yield _("It can be taken back; then: {deeds}.").format(deeds=deeds(step.undo))
    elif step.undo is not None:
        yield _("It can be taken back.")
    if step.hold is not None:
        yield _("What it sends waits {length} for that.").format(length=span(step.hold))
