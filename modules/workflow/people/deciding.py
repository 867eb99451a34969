"""How several answers come to one outcome. Pure: answers so far, and how many are still to come."""

from collections import Counter
from collections.abc import Sequence

from modules.workflow.graph import Decision, TaskNode

SEVERAL = ("members", "expression")
"""The rules that may name more than one."""


def takes_votes(node: TaskNode) -> bool:
    """Whether a task has seats, each with an answer of its own."""
    return bool(node.also) or node.assign.kind in SEVERAL or (node.decide is not None and node.decide.kind == "each")


def votes_once(node: TaskNode) -> bool:
    """Whether a person answers once in an opening; for rows of a relation one person may answer for several."""
    return node.decide is None or node.decide.kind != "each"


def decided(node: TaskNode, answers: Sequence[str], waiting: int) -> str | None:
    """The outcome of a task, or None while it is open. `waiting`: how many seats may still answer."""
    names = [outcome.name for outcome in node.outcomes]
    rule = node.decide or Decision("any")
    if not answers:
        return None
    match rule.kind:
        case "any":
            return answers[0]
        case "quorum":
            return _most(rule, names, answers, waiting, rule.count)
        case "majority":
            return _most(rule, names, answers, waiting, (len(answers) + waiting) // 2 + 1)
        case "each" if rule.count:
            return _partial(rule, names, answers, waiting)
        case _:
            return _unanimous(rule, names, answers, waiting)


def _unanimous(rule: Decision, names: Sequence[str], answers: Sequence[str], waiting: int) -> str | None:
    """Everybody the first outcome; any other ends it at once."""
    other = next((answer for answer in answers if answer != names[0]), None)
    if other is not None:
        return rule.otherwise or other
    return None if waiting else names[0]


def _most(rule: Decision, names: Sequence[str], answers: Sequence[str], waiting: int, needed: int) -> str | None:
    """So many equal answers, or that none can get so many any more."""
    counts = Counter(answers)
    for name in names:
        if counts[name] >= needed:
            return name
    if max(counts.values()) + waiting >= needed:
        return None
    return rule.otherwise or names[-1]


def _partial(rule: Decision, names: Sequence[str], answers: Sequence[str], waiting: int) -> str | None:
    """So many of the rows with the first outcome, whatever the others say."""
    agreed = sum(answer == names[0] for answer in answers)
    if agreed >= rule.count:
        return names[0]
    return None if agreed + waiting >= rule.count else rule.otherwise or names[-1]
