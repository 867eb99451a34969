"""Several things in one breath."""

from collections.abc import Iterable

from babel.lists import format_list
from django.utils.translation import gettext as _

from modules.core.moments import babel_locale


def all_of(parts: Iterable[object]) -> str:
    """`a, b and c` in the reader's language."""
    return format_list([str(part) for part in parts], style="standard", locale=babel_locale())


def one_of(parts: Iterable[object]) -> str:
    """`a, b or c` in the reader's language."""
    return format_list([str(part) for part in parts], style="or", locale=babel_locale())


def quoted(words: object) -> str:
    """A name as the reader's language quotes it."""
    return _("“{name}”").format(name=words)
