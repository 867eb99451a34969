"""For every field of a graph's parts: the sentence of its change, and how its values are said.

A field that nobody listed here still gets a sentence, with its name and its plain JSON: no change goes unnamed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.workflow.comparing import phrases
from modules.workflow.words.lists import all_of, one_of
from modules.workflow.words.vocabulary import Vocabulary

Say = Callable[[Vocabulary, Any], str]
Words = str | Promise


NOTHING = (None, "")


@dataclass(frozen=True)
class One:
    """A single value: `changed` has the places {place}, {new} and {old}; where there was none before, or is none any
    more, `gained` and `lost` say so."""

    changed: Words
    say: Say = phrases.text
    gained: Words = ""
    lost: Words = ""

    def sentence(self, was: Any, now: Any) -> str:
        """The words for a change between these."""
        if was in NOTHING and self.gained:
            return str(self.gained)
        return str(self.lost if now in NOTHING and self.lost else self.changed)


@dataclass(frozen=True)
class Several:
    """A tuple: `added` and `removed` have the places {place} and {items}; `say` says one item, `listed` several."""

    added: Words
    removed: Words
    say: Say
    listed: Callable[[Iterable[object]], str] = all_of


@dataclass(frozen=True)
class Switch:
    """Yes or no: a sentence for each."""

    on: Words
    off: Words


Aspect = One | Several | Switch

_FORM = One(
    gettext_lazy("{place} now asks for the form {new}; before: {old}."),
    gained=gettext_lazy("{place} now asks for the form {new}."),
    lost=gettext_lazy("{place} no longer asks for the form {old}."),
)
_TITLE = One(gettext_lazy("{place} was called {old} before; its name is now {new}."))
_EYES = Several(
    gettext_lazy("{place} may no longer be done by whoever did {items}."),
    gettext_lazy("{place} may now also be done by whoever did {items}."),
    phrases.step,
    one_of,
)
_GUARDS = Several(
    gettext_lazy("{place} is now possible only if {items}."),
    gettext_lazy("{place} no longer requires this: {items}."),
    phrases.guard,
)
_EFFECTS = Several(
    gettext_lazy("{place} now does this: {items}."),
    gettext_lazy("{place} no longer does this: {items}."),
    phrases.effect,
)
_STATES = Several(
    gettext_lazy("{place} now also holds in {items}."),
    gettext_lazy("{place} no longer holds in {items}."),
    phrases.state,
)
_ESCALATE = Several(
    gettext_lazy("{place} has a new escalation: {items}."),
    gettext_lazy("{place} has lost an escalation: {items}."),
    phrases.escalation,
)

STATE: Mapping[str, Aspect] = {
    "title": _TITLE,
    "kind": One(gettext_lazy("{place} is now {new}; before: {old}."), phrases.state_kind),
    "tone": One(gettext_lazy("{place} is shown in the tone {new}; before: {old}.")),
    "icon": One(
        gettext_lazy("{place} is shown with the icon {new}; before: {old}."),
        gained=gettext_lazy("{place} now has the icon {new}."),
        lost=gettext_lazy("{place} no longer has the icon {old}."),
    ),
}
TRANSITION: Mapping[str, Aspect] = {
    "title": _TITLE,
    "sources": Several(
        gettext_lazy("{place} is now possible from {items} too."),
        gettext_lazy("{place} is no longer possible from {items}."),
        phrases.state,
    ),
    "target": One(gettext_lazy("{place} now leads to {new}; before: {old}."), phrases.state),
    "kind": One(gettext_lazy("{place} now happens {new}; before: {old}."), phrases.transition_kind),
    "by": Several(
        gettext_lazy("{place} may now also be done by {items}."),
        gettext_lazy("{place} may no longer be done by {items}."),
        phrases.actor,
    ),
    "guards": _GUARDS,
    "effects": _EFFECTS,
    "form": _FORM,
    "after": One(
        gettext_lazy("{place} now happens {new}; before: {old}."),
        phrases.wait,
        gained=gettext_lazy("{place} now happens {new}."),
        lost=gettext_lazy("{place} no longer happens {old}."),
    ),
    "completes": One(
        gettext_lazy("{place} now ends the task {new}; before: {old}."),
        phrases.task,
        gained=gettext_lazy("{place} now ends the task {new}."),
        lost=gettext_lazy("{place} no longer ends the task {old}."),
    ),
    "confirm": One(
        gettext_lazy("{place} now asks first {new}; before: {old}."),
        gained=gettext_lazy("{place} now asks first {new}."),
        lost=gettext_lazy("{place} no longer asks first {old}."),
    ),
    "destructive": Switch(
        gettext_lazy("{place} now looks like a step that destroys something."),
        gettext_lazy("{place} no longer looks like a step that destroys something."),
    ),
    "not_same_as": _EYES,
    "undo": One(gettext_lazy("{place}: taking it back is now {new}; before: {old}."), phrases.undoing),
    "hold": One(
        gettext_lazy("{place}: what it sends now waits {new}; before: {old}."),
        phrases.duration,
        gained=gettext_lazy("{place}: what it sends now waits {new}."),
        lost=gettext_lazy("{place}: what it sends no longer waits {old}."),
    ),
    "asks": Several(
        gettext_lazy("{place} now asks for {items}."), gettext_lazy("{place} no longer asks for {items}."), phrases.ask
    ),
    "compensation": Several(
        gettext_lazy("{place} is now made up for by this: {items}."),
        gettext_lazy("{place} is no longer made up for by this: {items}."),
        phrases.effect,
    ),
    "compensates": Switch(
        gettext_lazy("{place} now makes up for every step done before."),
        gettext_lazy("{place} no longer makes up for the steps done before."),
    ),
    "event": One(
        gettext_lazy("{place} now waits for the report {new}; before: {old}."),
        gained=gettext_lazy("{place} now waits for the report {new}."),
        lost=gettext_lazy("{place} no longer waits for the report {old}."),
    ),
    "brings": Several(
        gettext_lazy("{place}: the report now brings {items}."),
        gettext_lazy("{place}: the report no longer brings {items}."),
        phrases.brought,
    ),
    "many": Switch(
        gettext_lazy("{place}: the report is now for every record that waits for it."),
        gettext_lazy("{place}: the report is now for one record."),
    ),
    "match": One(
        gettext_lazy("{place}: the report now names the record by {new}; before: {old}."),
        phrases.field,
        gained=gettext_lazy("{place}: the report names the record by {new}."),
        lost=gettext_lazy("{place}: the report no longer names the record by {old}."),
    ),
}
TASK: Mapping[str, Aspect] = {
    "title": _TITLE,
    "states": Several(
        gettext_lazy("{place} is now also open in {items}."),
        gettext_lazy("{place} is no longer open in {items}."),
        phrases.state,
    ),
    "assign": One(gettext_lazy("{place} is now given to {new}; before: {old}."), phrases.actor),
    "also": Several(
        gettext_lazy("{place} is now given to {items} too."),
        gettext_lazy("{place} is no longer given to {items}."),
        phrases.actor,
    ),
    "outcomes": Several(
        gettext_lazy("{place} may now end with {items}."),
        gettext_lazy("{place} no longer ends with {items}."),
        phrases.outcome,
    ),
    "due": One(
        gettext_lazy("{place} is now due {new}; before: {old}."),
        phrases.from_opening,
        gained=gettext_lazy("{place} is now due {new}."),
        lost=gettext_lazy("{place} is no longer due {old}."),
    ),
    "not_same_as": _EYES,
    "form": _FORM,
    "decide": One(gettext_lazy("{place} is now decided like this: {new} Before: {old}"), phrases.decision),
    "remind": Several(
        gettext_lazy("{place} now has a reminder {items}."),
        gettext_lazy("{place} no longer has a reminder {items}."),
        phrases.from_opening,
    ),
    "escalate": _ESCALATE,
}
REPEAT: Mapping[str, Aspect] = {
    "title": _TITLE,
    "states": _STATES,
    "wait": One(gettext_lazy("{place} now happens first {new}; before: {old}."), phrases.wait),
    "every": One(
        gettext_lazy("{place} now happens again after {new}; before: {old}."),
        phrases.interval,
        gained=gettext_lazy("{place} now happens again after {new}."),
        lost=gettext_lazy("{place} no longer happens again after {old}."),
    ),
    "times": One(gettext_lazy("{place} now happens {new}; before: {old}."), phrases.times),
    "guards": _GUARDS,
    "effects": _EFFECTS,
}
SLA: Mapping[str, Aspect] = {
    "title": _TITLE,
    "states": _STATES,
    "within": One(gettext_lazy("{place} now allows {new}; before: {old}."), phrases.interval),
    "warn": One(
        gettext_lazy("{place} now warns {new}; before: {old}."),
        phrases.wait,
        gained=gettext_lazy("{place} now warns {new}."),
        lost=gettext_lazy("{place} no longer warns {old}."),
    ),
    "paused_in": Several(
        gettext_lazy("{place}: the clock now stands still in {items}."),
        gettext_lazy("{place}: the clock no longer stands still in {items}."),
        phrases.state,
    ),
    "on_warning": Several(
        gettext_lazy("{place} now brings this with its warning: {items}."),
        gettext_lazy("{place} no longer brings this with its warning: {items}."),
        phrases.effect,
    ),
    "on_breach": Several(
        gettext_lazy("{place} now brings this when it is broken: {items}."),
        gettext_lazy("{place} no longer brings this when it is broken: {items}."),
        phrases.effect,
    ),
    "escalate": replace(_ESCALATE, say=phrases.escalation_of_promise),
}
WORKFLOW: Mapping[str, Aspect] = {
    "key": One(gettext_lazy("{place} now has the key {new}; before: {old}.")),
    "record_type": One(gettext_lazy("{place} is now about records of the type {new}; before: {old}.")),
    "title": _TITLE,
    "description": One(
        gettext_lazy("{place} is now described as {new}; before: {old}."),
        gained=gettext_lazy("{place} is now described as {new}."),
        lost=gettext_lazy("{place} is no longer described as {old}."),
    ),
    "owner": One(
        gettext_lazy("{place}: a record's owner now stands in {new}; before: {old}."),
        phrases.field,
        gained=gettext_lazy("{place}: a record's owner stands in {new}."),
        lost=gettext_lazy("{place}: a record has no owner any more; before it stood in {old}."),
    ),
    "facts": One(
        gettext_lazy("{place}: conditions are now told facts by {new}; before: {old}."),
        gained=gettext_lazy("{place}: conditions are now told facts by {new}."),
        lost=gettext_lazy("{place}: conditions are no longer told facts by {old}."),
    ),
    "parent": One(
        gettext_lazy("{place} now tells the record in {new} when it has moved; before: {old}."),
        phrases.field,
        gained=gettext_lazy("{place} now tells the record in {new} when it has moved."),
        lost=gettext_lazy("{place} no longer tells the record in {old} when it has moved."),
    ),
}
ASPECTS: Mapping[str, Mapping[str, Aspect]] = {
    "workflow": WORKFLOW,
    "states": STATE,
    "transitions": TRANSITION,
    "tasks": TASK,
    "repeats": REPEAT,
    "slas": SLA,
}


def aspect_of(part: str, name: str) -> Aspect:
    """How a field's change is said; of one that is not listed, by its name and its JSON."""
    known = ASPECTS[part].get(name)
    if known is not None:
        return known
    unknown = _("{place}: the field “{name}” is now {new}; before: {old}.")
    return One(unknown.replace("{name}", name), lambda _vocabulary, value: json.dumps(value, default=str))
