"""Guards in words: a guard of the code by its refusal, an expression as it reads."""

from collections.abc import Iterable
from string import Formatter

from django.utils.translation import gettext as _

from modules.workflow.graph import GuardUse
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.guards import NEGATED
from modules.workflow.words.comparisons import in_words
from modules.workflow.words.deeds import parameters
from modules.workflow.words.lists import all_of
from modules.workflow.words.vocabulary import Vocabulary


def condition(use: GuardUse, vocabulary: Vocabulary | None = None) -> str:
    """What must be so, as the end of a sentence that begins with `only if`; simple expressions in the words of the
    fields where a vocabulary has them."""
    if use.expression:
        return _expression(use, vocabulary)
    guard = names.guards.get(use.name)
    if guard is None:
        words = use.name.rpartition(".")[2].replace("_", " ")
        told = _("“{name}” says no") if use.negated else _("“{name}” says yes")
        return told.format(name=words + parameters(use.params))
    if not use.negated:
        return _("nothing says “{refusal}”").format(refusal=_open(guard.words) + parameters(use.params))
    if guard.negated_words is not NEGATED:
        return _("nothing says “{refusal}”").format(refusal=_open(guard.negated_words) + parameters(use.params))
    return _("this is so: “{refusal}”").format(refusal=_open(guard.words) + parameters(use.params))


def conditions(uses: Iterable[GuardUse], vocabulary: Vocabulary | None = None) -> str:
    """All of them in one phrase; nothing for none."""
    return all_of(condition(use, vocabulary) for use in uses)


def _expression(use: GuardUse, vocabulary: Vocabulary | None) -> str:
    told = _("`{expression}` does not hold") if use.negated else _("`{expression}` holds")
    words = "" if vocabulary is None else in_words(vocabulary, use.expression, negated=use.negated)
    words = words or told.format(expression=use.expression)
    return _("{condition} (otherwise “{refusal}”)").format(condition=words, refusal=use.words) if use.words else words


def _open(words: object) -> str:
    """Words whose facts only a record knows, inside a sentence: `Too heavy by … g`."""
    parts = (text + ("…" if name is not None else "") for text, name, _spec, _how in Formatter().parse(str(words)))
    return "".join(parts).rstrip(".")
