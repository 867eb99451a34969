"""What can be said of guards without running them: the same guard, and its opposite."""

from collections.abc import Iterable

from modules.workflow.graph import GuardUse

Condition = tuple[str, str, str]
"""A guard without its direction: name, parameters, expression."""


def condition(use: GuardUse) -> Condition:
    return use.name, repr(use.params), use.expression


def asked(uses: Iterable[GuardUse]) -> frozenset[tuple[Condition, bool]]:
    """What must be so, each condition with whether it is turned round."""
    return frozenset((condition(use), use.negated) for use in uses)


def exclude(one: Iterable[GuardUse], other: Iterable[GuardUse]) -> bool:
    """Whether the two can never both say yes: one asks what the other asks turned round."""
    return any((what, not negated) in asked(other) for what, negated in asked(one))


def includes(one: Iterable[GuardUse], other: Iterable[GuardUse]) -> bool:
    """Whether the first says yes wherever the other does."""
    return asked(one) <= asked(other)
