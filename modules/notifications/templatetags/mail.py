"""What mail templates need: the layout's styles, and times that stay true however late the mail is read."""

from datetime import datetime
from functools import cache
from typing import Any

from babel.dates import format_date
from django import template
from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from modules.core.moments import babel_locale, clock_time

register = template.Library()

STYLESHEET = "notifications/email/mail.css"


@register.simple_block_tag
def inlined(content: str) -> SafeString:
    """Write the mail stylesheet into the elements of a whole page: most mail programs read no other styles."""
    return mark_safe(str(_inliner().inline(content.strip())))  # noqa: S308 - already escaped by the templates inside


@cache
def _inliner() -> Any:
    from css_inline import CSSInliner

    css = get_template(STYLESHEET).template.source  # type: ignore[attr-defined]
    return CSSInliner(extra_css=css, keep_at_rules=True, load_remote_stylesheets=False)


@register.simple_tag
def house() -> dict[str, str]:
    """Who writes: for layouts that are also used where no context says so."""
    return {"name": settings.BUSINESS_NAME, "url": settings.BASE_URL}


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day on the reader's clock: `14:32`."""
    return "" if value is None else clock_time(value)


@register.filter
def exact(value: datetime | None) -> str:
    """The date and time on the reader's clock, with its zone: `21 November 2026, 14:32 CET`."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{format_date(local, 'long', locale=babel_locale())}, {clock_time(value)} {local.tzname()}"
