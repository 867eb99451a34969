"""Guards: pure questions about a record that decide whether a transition is possible, and say why not."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.workflow.graph.nodes import GuardUse, Params
from modules.workflow.vocabulary import names, parameters

Words = str | Promise
NEGATED = _("This is not possible at present.")
_PLACE = re.compile(r"\{(\w+)\}")


class Reason:
    """What a guard gives back instead of False, with the facts for its words; it counts as no."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts

    def __bool__(self) -> bool:
        return False


class Undecided(Reason):
    """Neither yes nor no: the question has no answer for this record. The guard refuses, turned round or not."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__()


@dataclass(frozen=True)
class Asked:
    """By whom and when the guards are asked."""

    actor: Actor | None = None
    at: datetime | None = None


NOBODY = Asked()
_asked: ContextVar[Asked] = ContextVar("asked", default=NOBODY)


@contextmanager
def asked_by(actor: Actor | None, at: datetime) -> Iterator[None]:
    """Inside, guards that read `actor` and `now` are given these."""
    token = _asked.set(Asked(actor, at))
    try:
        yield
    finally:
        _asked.reset(token)


def asked() -> Asked:
    """By whom and when the guards are asked at present."""
    return _asked.get()


Question = Callable[..., object]


@dataclass(frozen=True)
class Guard:
    """A named question `(record, facts) -> bool | Reason` with the words of a no; `~guard` asks the opposite.

    Guards are pure: they look at the given row and facts, and neither query nor write. One with parameters is asked
    `(record, facts, params)`, and given them by `having`.
    """

    name: str
    question: Question
    words: Words
    negated_words: Words
    negated: bool = False
    params: Params = ()
    expression: str = ""
    parameters: type | None = field(default=None, compare=False)
    """The frozen dataclass of its parameters."""
    title: Words = field(default="", compare=False)
    changed_by: Words = field(default="", compare=False)
    """Who could change what it refuses, in words: “the customer, by paying”."""

    @property
    def use(self) -> GuardUse:
        """This guard as a graph names it."""
        words = self.words if self.expression else ""
        return GuardUse(self.name, self.negated, self.params, self.expression, words)

    def having(self, **params: Any) -> "Guard":
        """The guard with parameters: `is_above.having(amount=500)`."""
        return replace(self, params=tuple(sorted(params.items())))

    def __invert__(self) -> "Guard":
        return replace(self, negated=not self.negated)

    def __call__(self, record: Any, facts: Any = None) -> bool:
        answer = self._answer(record, facts)
        return not isinstance(answer, Undecided) and bool(answer) is not self.negated

    def why_not(self, record: Any, facts: Any) -> str | None:
        """The words of the refusal, or None where the guard lets pass."""
        answer = self._answer(record, facts)
        if isinstance(answer, Undecided):
            return str(answer.words)
        if bool(answer) is not self.negated:
            return None
        words = str(self.negated_words if self.negated else self.words)
        return _filled(words, answer.facts) if isinstance(answer, Reason) else words

    def _answer(self, record: Any, facts: Any) -> object:
        if self.parameters is None:
            return self.question(record, facts)
        from modules.workflow.expressions.errors import ExpressionError

        try:
            given = parameters.made(self.parameters, dict(self.params), record, facts, asked().actor, asked().at)
        except ExpressionError as error:
            return Undecided(str(error))
        return self.question(record, facts, given)


def _filled(words: str, facts: Mapping[str, object]) -> str:
    """Words with a reason's facts in their places, by bare names: words may come from data, and then Python's own
    `format` would let them look into what the facts are made of (F47). What names no fact stays as it is written."""
    return _PLACE.sub(lambda place: str(facts.get(place[1], place[0])), words)


def guard(
    words: Words,
    *,
    negated: Words = NEGATED,
    params: type | None = None,
    title: Words = "",
    changed_by: Words = "",
) -> Callable[[Question], Guard]:
    """Make a question a guard. `words` say why it refuses and may use a Reason's facts; `negated` the same for `~`.

    `params`, a frozen dataclass, are what people who build workflows fill in; `title` is what they read. `changed_by`
    says who could change what is refused.
    """

    def make(question: Question) -> Guard:
        made = Guard(
            names.stable_name(question), question, words, negated, parameters=params, title=title, changed_by=changed_by
        )
        return names.guards.register(made.name, made)

    return make
