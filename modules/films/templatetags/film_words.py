"""Running times, languages and countries in the reader's words."""

from collections.abc import Sequence

from babel.core import Locale
from django import template
from django.utils.translation import gettext as _

from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.films.rules import sentences

register = template.Library()


@register.simple_tag
def running_time(minutes: int) -> str:
    """“1 h 58 min”, or “58 min” for a short one."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def figure(number: int) -> str:
    """A whole number with the marks of the reader's language."""
    return sentences.figure(number)


@register.filter
def as_money(minor: int, currency: str) -> Money:
    """An amount that a message carries as minor units and currency."""
    return Money(int(minor), currency)


@register.filter
def language_words(code: str) -> str:
    """The language of a code such as `es`; the code itself if nobody knows it."""
    name = str(Locale.parse(babel_locale()).languages.get(code, code))
    return name[:1].upper() + name[1:]


@register.filter
def country_word(code: str) -> str:
    """The country of a code such as `ES`."""
    return str(Locale.parse(babel_locale()).territories.get(code, code))


@register.filter
def country_words(codes: Sequence[str]) -> str:
    """Countries, one after the other."""
    return ", ".join(country_word(code) for code in codes)
