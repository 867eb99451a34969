"""What moving a record does, or would do."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Fate = Literal["kept", "restarted", "set", "dropped", "skipped"]
FATES: Mapping[str, Any] = {
    "kept": pgettext_lazy("timer", "kept"),
    "restarted": _("counted anew"),
    "set": _("new"),
    "dropped": _("dropped"),
    "skipped": _("skipped"),
}


@dataclass(frozen=True)
class TimerFate:
    """What becomes of a timer. `is_due` means that its time, counted anew, has passed already."""

    name: str
    title: str
    fate: Fate
    due_at: datetime | None = None
    is_due: bool = False

    @property
    def words(self) -> str:
        return str(FATES[self.fate])


@dataclass(frozen=True)
class Carried:
    """One record of a transfer."""

    record_id: int
    from_version: int
    to_version: int
    source: str
    target: str
    source_title: str
    target_title: str
    tasks_kept: tuple[str, ...] = ()
    tasks_opened: tuple[str, ...] = ()
    tasks_cancelled: tuple[str, ...] = ()
    timers: tuple[TimerFate, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What else is good to know."""
    refusal: str = ""
    """Why it would stay where it is."""

    @property
    def due_now(self) -> int:
        """How many timers would be due at once."""
        return sum(timer.is_due for timer in self.timers)

    def as_data(self) -> dict[str, Any]:
        """Plain JSON, but for moments."""
        return asdict(self)
