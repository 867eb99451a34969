"""The opening hours of a day as people write them: `9:00-14:00, 16:00-20:00`; nothing for a closed day."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from modules.workflow.clocks.business_time import DAY, Span

_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


def spans_of(text: str) -> tuple[Span, ...]:
    """The spans that a text says, in minutes; ValidationError says what is wrong with it."""
    spans: list[Span] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        span = _span(part)
        if spans and span[0] < spans[-1][1]:
            raise ValidationError(
                _("“%(part)s” begins before the hours in front of it end."), code="overlap", params={"part": part}
            )
        spans.append(span)
    return tuple(spans)


def _span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise ValidationError(
            _("Write “%(part)s” like 9:00-17:00; several with a comma, nothing for a closed day."),
            code="unreadable",
            params={"part": part},
        )
    from_hour, from_minute, to_hour, to_minute = (int(digits or 0) for digits in found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or end > DAY:
        raise ValidationError(_("“%(part)s” is no time of a day."), code="no_time", params={"part": part})
    if end <= start:
        raise ValidationError(
            _("“%(part)s” ends before it begins. What is open past midnight is written on both days."),
            code="backwards",
            params={"part": part},
        )
    return start, end


def written(spans: tuple[Span, ...]) -> str:
    """Spans as they are stored and shown."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def check_hours(text: str) -> None:
    """The field's validator."""
    spans_of(text)
