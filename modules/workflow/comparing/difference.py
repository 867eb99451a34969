"""What differs between two versions of a workflow. Whatever is not equal is named; equal graphs differ in nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from modules.workflow.comparing import announcements
from modules.workflow.comparing.aspects import One, Several, Switch, aspect_of
from modules.workflow.comparing.changes import Change
from modules.workflow.comparing.matching import Matches, match
from modules.workflow.comparing.renaming import renamed_node
from modules.workflow.graph import WorkflowGraph
from modules.workflow.graph.written import plain
from modules.workflow.words.lists import all_of
from modules.workflow.words.vocabulary import Vocabulary

PARTS: tuple[Any, ...] = ("states", "transitions", "tasks", "repeats", "slas")
OF_THE_WHOLE = ("key", "record_type", "title", "description", "owner", "facts", "parent")
"""All but the version's number, in which two versions always differ."""


def compare(old: WorkflowGraph, new: WorkflowGraph) -> list[Change]:
    """Every difference, with sentences in the active language: first what is new or gone, then what is different."""
    comparison = _Comparison(old, new)
    found = [*comparison.whole(), *(change for part in PARTS for change in comparison.part(part))]
    order = {"removed": 0, "added": 1, "renamed": 2, "changed": 3}
    return sorted(found, key=lambda change: (change.part != "workflow", order[change.kind]))


class _Comparison:
    def __init__(self, old: WorkflowGraph, new: WorkflowGraph) -> None:
        self.old, self.new = old, new
        self.before, self.now = Vocabulary(old), Vocabulary(new, earlier=old)
        self.matches: Matches = match(old, new)

    def whole(self) -> Iterator[Change]:
        for name in OF_THE_WHOLE:
            one, other = getattr(self.old, name), getattr(self.new, name)
            yield from self._aspect("workflow", "", name, one, other, _("The workflow"))

    def part(self, part: Any) -> Iterator[Change]:
        pairs = self.matches.of(part)
        before = {node.key: node for node in getattr(self.old, part)}
        after = {node.key: node for node in getattr(self.new, part)}
        for key, node in before.items():
            if key not in pairs:
                sentence = announcements.removed(self.before, part, node)
                yield Change("removed", part, key, sentence, old=_plain(node))
        for key, node in after.items():
            if key not in pairs.values():
                yield Change("added", part, key, announcements.added(self.now, part, node), new=_plain(node))
        for one, other in pairs.items():
            if one != other:
                yield self._renamed(part, before[one], after[other])
            yield from self._node(part, renamed_node(before[one], self.matches), after[other])
        yield from self._order(part, [pairs[key] for key in before if key in pairs], list(after))

    def _renamed(self, part: Any, one: Any, other: Any) -> Change:
        sentence = announcements.renamed(part, one, other)
        named = [{"key": node.key, "title": _plain(node.title)} for node in (one, other)]
        return Change("renamed", part, other.key, sentence, "key", named[0], named[1], one.key)

    def _node(self, part: Any, one: Any, other: Any) -> Iterator[Change]:
        place = announcements.label(part, other)
        for entry in fields(other):
            if entry.name not in (("key",) if one.key == other.key else ("key", "title")):
                values = getattr(one, entry.name), getattr(other, entry.name)
                yield from self._aspect(part, other.key, entry.name, *values, place)

    def _order(self, part: Any, one: list[str], other: list[str]) -> Iterator[Change]:
        """The order of declaration, which decides between two automatic steps and is that of buttons and pages."""
        kept = [key for key in other if key in set(one)]
        if one != kept:
            yield Change("changed", part, "", announcements.reordered(part), "order", one, kept)

    # One field

    def _aspect(self, part: Any, key: str, name: str, one: Any, other: Any, place: str) -> Iterator[Change]:
        was, now = _plain(one), _plain(other)
        if was == now:
            return
        change = Change("changed", part, key, "", name, was, now)
        for sentence, old, new in self._sentences(aspect_of(part, name), one, other, place):
            yield replace(change, sentence=sentence, old=old, new=new)

    def _sentences(self, aspect: Any, one: Any, other: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
        match aspect:
            case Switch():
                yield str(aspect.on if other else aspect.off).format(place=place), one, other
            case Several():
                yield from self._several(aspect, one, other, place)
            case One():
                was, now = self._said(aspect, one, other)
                yield aspect.sentence(one, other).format(place=place, old=was, new=now), _plain(one), _plain(other)

    def _said(self, aspect: One | Several, one: Any, other: Any) -> tuple[str, str]:
        """Both values in words; where the words are the same, the JSON behind them tells them apart."""
        was, now = aspect.say(self.now, one), aspect.say(self.now, other)
        if was == now:
            return f"{was} [{_json(one)}]", f"{now} [{_json(other)}]"
        return was, now

    def _several(self, aspect: Several, one: Any, other: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
        gone, come = _without(one, other), _without(other, one)
        if not gone and not come:
            words = all_of(aspect.say(self.now, item) for item in other)
            yield (
                _("{place} has another order of these: {items}.").format(place=place, items=words),
                _plain(one),
                _plain(other),
            )
            return
        same = {aspect.say(self.now, item) for item in gone} & {aspect.say(self.now, item) for item in come}

        def say(item: Any) -> str:
            words = aspect.say(self.now, item)
            return f"{words} [{_json(item)}]" if words in same else words

        if come:
            yield str(aspect.added).format(place=place, items=aspect.listed(map(say, come))), [], _plain(tuple(come))
        if gone:
            yield str(aspect.removed).format(place=place, items=aspect.listed(map(say, gone))), _plain(tuple(gone)), []


def _without(items: Any, others: Any) -> list[Any]:
    """What of `items` is not among the others, counting how often."""
    left = Counter(_json(item) for item in others)
    found = []
    for item in items:
        text = _json(item)
        if left[text]:
            left[text] -= 1
        else:
            found.append(item)
    return found


def _plain(value: Any) -> Any:
    with translation.override(None):
        return plain(value)


def _json(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)
