"""Spans of time and shares in the reader's words."""

from babel.numbers import format_percent
from babel.units import format_unit

from modules.core.moments import babel_locale

UNITS = (("year", 31_557_600), ("month", 2_629_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
LEAST = {"month": 2.0}
"""Below so many of a unit the next smaller one says more: “40 days”."""


def span(seconds: float) -> str:
    """`2.1 days`, `36 hours`: one unit, and one decimal where that is worth knowing."""
    return _in_words(seconds, "long")


def short_span(seconds: float) -> str:
    """`2.1 days`, `36 hr`: for diagrams and tables."""
    return _in_words(seconds, "short")


def _in_words(seconds: float, length: str) -> str:
    name, size = next(((name, size) for name, size in UNITS if seconds >= size * LEAST.get(name, 1)), ("second", 1))
    value = seconds / size
    shown = round(value, 1) if value < 10 and size > 60 else round(value)
    return str(
        format_unit(shown, f"duration-{name}", length=length, locale=babel_locale())  # type: ignore[arg-type]
    )


def share(part: float, whole: float) -> str:
    """`24 %`; what is there but less than one in a hundred is not nothing."""
    value = part / whole if whole else 0.0
    if 0 < value < 0.01:
        return "<" + str(format_percent(0.01, locale=babel_locale()))
    return str(format_percent(value, locale=babel_locale()))
