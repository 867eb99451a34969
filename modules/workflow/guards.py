"""Guards: pure questions about a record that decide whether a transition is possible, and say why not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.workflow import names

Words = str | Promise
NEGATED = _("This is not possible at present.")


class Reason:
    """What a guard gives back instead of False, with the facts for its words; it counts as no."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts

    def __bool__(self) -> bool:
        return False


Question = Callable[[Any, Any], object]


@dataclass(frozen=True)
class Guard:
    """A named question `(record, facts) -> bool | Reason` with the words of a no; `~guard` asks the opposite.

    Guards are pure: they look at the given row and facts, and neither query nor write.
    """

    name: str
    question: Question
    words: Words
    negated_words: Words
    negated: bool = False

    def __invert__(self) -> "Guard":
        return Guard(self.name, self.question, self.words, self.negated_words, not self.negated)

    def __call__(self, record: Any, facts: Any = None) -> bool:
        return bool(self.question(record, facts)) is not self.negated

    def why_not(self, record: Any, facts: Any) -> str | None:
        """The words of the refusal, or None where the guard lets pass."""
        answer = self.question(record, facts)
        if bool(answer) is not self.negated:
            return None
        words = str(self.negated_words if self.negated else self.words)
        return words.format(**answer.facts) if isinstance(answer, Reason) else words


def guard(words: Words, *, negated: Words = NEGATED) -> Callable[[Question], Guard]:
    """Make a question a guard. `words` say why it refuses and may use a Reason's facts; `negated` the same for `~`."""

    def make(question: Question) -> Guard:
        made = Guard(names.stable_name(question), question, words, negated)
        return names.guards.register(made.name, made)

    return make
