"""What is wrong with an expression or a message's text: typed, with a place and a mend."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.workflow.errors import Refused

Words = str | Promise


class ExpressionError(Refused):
    """An expression cannot be used, or gave no answer. `column` counts from 1, 0 where there is no place."""

    code = "expression_invalid"
    words = _("This expression cannot be used.")

    def __init__(self, words: Words | None = None, *, column: int = 0, mend: Words = "", **facts: object) -> None:
        self.column, self.mend = column, mend
        super().__init__(words, **facts)


class Unreadable(ExpressionError):
    """It is not written as the language wants it."""

    code = "expression_syntax"
    words = _("This cannot be read.")


class TooLarge(ExpressionError):
    """It is longer, deeper or costlier than what is allowed."""

    code = "expression_too_large"
    words = _("This is too long.")


class UnknownName(ExpressionError):
    """A field, variable, function or filter that is not there."""

    code = "expression_unknown_name"
    words = _("“{name}” is not known here.")


class WrongType(ExpressionError):
    """Kinds of values that do not go together, or a result of another kind than is needed."""

    code = "expression_wrong_type"
    words = _("These kinds of values do not go together.")


class NotHere(ExpressionError):
    """The package for expressions does not exist for this kind of machine."""

    code = "expression_not_here"
    words = _("Expressions cannot be used on this kind of machine.")


class NoAnswer(ExpressionError):
    """The expression is right, but has no answer for this record: a field is empty, a division by zero."""

    code = "expression_no_answer"
    words = _("This cannot be answered.")
