"""Guards that are data: an expression with its words, or a guard of the code with its parameters."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.workflow.expressions.compiling import compile_expression
from modules.workflow.expressions.errors import ExpressionError
from modules.workflow.graph.nodes import GuardUse, Words
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.guards import Guard, Undecided, asked

REFUSED = _("This is not possible at present.")
UNDECIDED = _("This cannot be decided: {problem}")


def guard_of(use: GuardUse, model: type[models.Model] | None) -> Guard:
    """The guard of a use. LookupError for a name that today's code does not have."""
    if use.expression:
        made = expression(use.expression, use.words, model=model)
    else:
        made = replace(names.guards[use.name], params=use.params)
        if use.words:
            made = replace(made, words=use.words, negated_words=use.words)
    return ~made if use.negated else made


def expression(text: str, words: Words = "", *, model: type[models.Model] | None = None) -> Guard:
    """A guard that is an expression: `when=expression("record.cost <= 500", _("It costs too much."))`."""
    said = words or REFUSED
    return Guard("", _Judge(text, model), said, said, expression=text)


class _Judge:
    """Asks an expression. What goes wrong refuses, in words."""

    def __init__(self, text: str, model: type[models.Model] | None) -> None:
        self.text, self.model = text, model

    def __call__(self, record: Any, facts: Any) -> object:
        now = asked()
        try:
            answer = compile_expression(self.text, self.model or type(record)).evaluate(
                record, facts, actor=now.actor, at=now.at
            )
        except ExpressionError as error:
            return Undecided(str(UNDECIDED).format(problem=error))
        return answer if isinstance(answer, bool) else Undecided(str(UNDECIDED).format(problem=_empty(answer)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Judge) and (self.text, self.model) == (other.text, other.model)

    def __hash__(self) -> int:
        return hash((self.text, self.model))


def _empty(answer: object) -> str:
    return str(_("a value is empty.") if answer is None else _("it comes to neither yes nor no."))


def relations_of(guards: Iterable[Guard], model: type[models.Model]) -> frozenset[str]:
    """The relations that expressions among guards follow, for loading them for many records at once."""
    found: set[str] = set()
    for guard in guards:
        texts = [guard.expression] if guard.expression else []
        texts += [value[1:] for _name, value in guard.params if isinstance(value, str) and value.startswith("=")]
        for text in texts:
            found |= _relations(text, model)
    return frozenset(found)


def _relations(text: str, model: type[models.Model]) -> frozenset[str]:
    try:
        return compile_expression(text, model, result="any").relations
    except ExpressionError:
        return frozenset()
