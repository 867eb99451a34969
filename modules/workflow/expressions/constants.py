"""Constants that a function refuses whatever the record holds: patterns, moments, durations, time zones that are none,
and parts of a moment that depend on a zone which nobody names."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from modules.workflow.expressions.binding import cel
from modules.workflow.expressions.errors import Unreadable
from modules.workflow.expressions.tree import Node

OF_THE_DAY = frozenset({"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"})
OF_THE_HOUR = frozenset({"getHours", "getMinutes", "getSeconds", "getMilliseconds"})
_TRIED = {"timestamp": "timestamp(p)", "duration": "duration(p)", "matches": "''.matches(p)"}


def refuse_constants(tree: Node) -> None:
    """Unreadable for a constant that no call could do anything with."""
    for node in tree.walk():
        if node.kind != "call" or not node.parts:
            continue
        text = node.parts[-1].value
        if not isinstance(text, str):
            continue
        if node.name in OF_THE_DAY | OF_THE_HOUR:
            _refuse("timestamp(0).getHours(p)", text, _("“{text}” is no time zone."), _("Write it as {zone}."))
        elif node.name in _TRIED:
            words = {
                "timestamp": (_("“{text}” is no moment."), _("Write it as 2026-11-21T12:00:00Z.")),
                "duration": (_("“{text}” is no duration."), _("Write it as 48h, 30m or 90s.")),
                "matches": (_("“{text}” is no pattern."), _("Look for a missing bracket.")),
            }
            _refuse(_TRIED[node.name], text, *words[node.name])


def without_zone(tree: Node) -> str:
    """The first part of a moment that is asked without a zone, so that it is that of Greenwich; empty where none is."""
    asked = (node.name for node in tree.walk() if node.kind == "call" and len(node.parts) == 1)
    return next((name for name in asked if name in OF_THE_DAY), "")


def _refuse(call: str, text: str, words: str, mend: str) -> None:
    answer = _trial().compile(call).eval(data={"p": text})
    if answer.type().name() == "ERROR":
        zone = settings.BUSINESS_TIME_ZONE
        raise Unreadable(words.format(text=text[:40]), mend=mend.format(zone=zone))


@cache
def _trial() -> Any:
    return cel().NewEnv(variables={"p": cel().Type.STRING})
