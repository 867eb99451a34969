"""Simple expressions as people say them: `record.cost > 500` is “cost” is more than 500. Others stay as written."""

import re
from collections.abc import Mapping
from decimal import Decimal

from babel.numbers import format_decimal
from django.conf import settings
from django.utils.translation import gettext as _

from modules.core.fields import MoneyField
from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.workflow.words.lists import all_of, quoted
from modules.workflow.words.vocabulary import Vocabulary

_ONE = re.compile(r"\s*record\.(\w+)\s*(==|!=|<=|>=|<|>)\s*(-?\d+(?:\.\d+)?|\"[^\"\\]*\"|'[^'\\]*'|true|false)\s*\Z")
_OPPOSITE: Mapping[str, str] = {"==": "!=", "!=": "==", "<=": ">", ">": "<=", ">=": "<", "<": ">="}


def in_words(vocabulary: Vocabulary, expression: str, *, negated: bool = False) -> str:
    """The expression in words; nothing where it is more than comparisons of fields with values, all of which hold."""
    parts = [_ONE.match(part) for part in expression.split("&&")]
    found = [part.groups() for part in parts if part is not None]
    if len(found) < len(parts) or (negated and len(found) > 1):
        return ""
    signs = _OPPOSITE if negated else {sign: sign for sign in _OPPOSITE}
    return all_of(_comparison(vocabulary, name, signs[sign], text) for name, sign, text in found)


def _comparison(vocabulary: Vocabulary, name: str, sign: str, text: str) -> str:
    told = {
        "==": _("{field} is {value}"),
        "!=": _("{field} is not {value}"),
        "<=": _("{field} is at most {value}"),
        ">=": _("{field} is at least {value}"),
        "<": _("{field} is less than {value}"),
        ">": _("{field} is more than {value}"),
    }
    return told[sign].format(field=vocabulary.field(name), value=_value(vocabulary, name, text))


def _value(vocabulary: Vocabulary, name: str, text: str) -> str:
    if text in ("true", "false"):
        return _("yes") if text == "true" else _("no")
    field = vocabulary.model_field(name)
    if text[0] in "\"'":
        options = dict(getattr(field, "flatchoices", ()) or ())
        return quoted(options.get(text[1:-1], text[1:-1]))
    if isinstance(field, MoneyField) and "." not in text:
        return Money(int(text), settings.SHOP_CURRENCY).format(babel_locale())
    number = Decimal(text)
    is_long = abs(number) >= 10_000  # “1950” may be a year
    return str(format_decimal(number, locale=babel_locale(), group_separator=is_long))
