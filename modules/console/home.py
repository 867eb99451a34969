"""The start page: true figures that lead to their records; folded below, what there is and what changed last.

The work itself, the inbox, fills the slot `console.home`.
"""

from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from django.apps import apps
from django.http import HttpRequest

from modules.console.lists import COUNT_CAP
from modules.console.navigation import address, is_allowed, is_model
from modules.console.trail import Line, lines
from modules.core.figures import figures_for
from modules.core.manifest import Nav, module_configs
from modules.core.models import AuditEntry
from modules.core.moments import babel_locale


@dataclass(frozen=True)
class Figure:
    """A true number and the list behind it."""

    title: str
    count: int
    is_capped: bool
    url: str
    icon: str

    @property
    def shown(self) -> str:
        """The count in the reader's figures, with a sign when there are more."""
        figures = format_decimal(self.count, locale=babel_locale())
        return f"> {figures}" if self.is_capped else figures


@dataclass(frozen=True)
class Group:
    """The figures of one module."""

    title: str
    figures: list[Figure]


def overview(request: HttpRequest) -> dict[str, Any]:
    """The context of the start page, as far as the person may see it."""
    return {"figures": figures_for(request), "figure_groups": _groups(request), "lines": _trail(request)}


def _groups(request: HttpRequest) -> list[Group]:
    found = []
    for config in reversed(module_configs()):
        figures = [figure for nav in config.manifest.navigation if (figure := _figure(nav, request))]
        if figures:
            found.append(Group(str(config.manifest.title), figures))
    return found


def _figure(nav: Nav, request: HttpRequest) -> Figure | None:
    url = address(nav) if is_model(nav) else None
    if url is None or not is_allowed(nav, request):
        return None
    rows = apps.get_model(nav.target)._default_manager.order_by().values("pk")
    count = rows[: COUNT_CAP + 1].count()
    return Figure(str(nav.title), min(count, COUNT_CAP), count > COUNT_CAP, url, nav.icon)


def _trail(request: HttpRequest) -> list[Line]:
    if not request.user.has_perm("core.view_auditentry"):
        return []
    return lines(AuditEntry.objects.select_related("actor").order_by("-at", "-id")[:8])
