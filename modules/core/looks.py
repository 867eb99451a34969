"""How a state looks: word, tone and icon together, the same on every face. The workflow engine provides it from above.

Portal and console ask `look_of(record)`; whoever knows states registers with `@provides_looks`. Without a provider the
words come from the model's choices, tone and icon from its `looks` (`{"paid": ("success", "check-circle")}`).
"""

from collections.abc import Callable, Sequence
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


States = Sequence[tuple[str, str | Promise]]
StatesProvider = Callable[[type[models.Model]], States | None]
_state_providers: list[StatesProvider] = []


def provides_states(provider: StatesProvider) -> StatesProvider:
    """Register who can name all states of a model; the workflow engine does."""
    if provider not in _state_providers:
        _state_providers.insert(0, provider)
    return provider


def states_of(model: type[models.Model], field: str = "state") -> States:
    """Every state of a model with its word, in the order of its life; by default the field's choices."""
    if field == "state":
        for provider in _state_providers:
            if (found := provider(model)) is not None:
                return found
    return [(str(value), title) for value, title in getattr(model._meta.get_field(field), "flatchoices", ())]
