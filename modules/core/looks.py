"""How a state looks: word, tone and icon together, the same on every face. The workflow engine provides it from above.

Portal and console ask `look_of(record)`; whoever knows states registers with `@provides_looks`. Without a provider the
words come from the model's choices, tone and icon from its `looks` (`{"paid": ("success", "check-circle")}`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import models
from django.utils.functional import Promise

Tone = Literal["neutral", "info", "success", "warning", "danger"]

TONE_ICONS: dict[str, str] = {
    "neutral": "minus-circle",
    "info": "clock",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "x-circle",
}


@dataclass(frozen=True)
class Look:
    """The word, the tone and the heroicons name that show one state."""

    title: str | Promise
    tone: str = "neutral"
    icon: str = ""

    @property
    def shown_icon(self) -> str:
        return self.icon or TONE_ICONS.get(self.tone, TONE_ICONS["neutral"])


Provider = Callable[[models.Model], Look | None]
_providers: list[Provider] = []


def provides_looks(provider: Provider) -> Provider:
    """Register who can tell the look of a record's state; the last one registered is asked first."""
    if provider not in _providers:
        _providers.insert(0, provider)
    return provider


def look_of(record: models.Model, field: str = "state") -> Look:
    """The look of a record's state, or of another field with choices."""
    if field == "state":
        for provider in _providers:
            if (look := provider(record)) is not None:
                return look
    value = getattr(record, field)
    choices = getattr(record._meta.get_field(field), "choices", None) or ()
    title = dict(choices).get(value, value)
    tone, icon = getattr(record, "looks", {}).get(value, ("neutral", ""))
    return Look(title, tone, icon)
