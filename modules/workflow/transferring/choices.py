"""What a person decides before records move: where each state goes, and what becomes of timers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from modules.workflow.choices import TransferOverdue, TransferTimers
from modules.workflow.models import Transfer


@dataclass(frozen=True)
class Choices:
    """`mapping`: by version left, each state's new one."""

    mapping: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    timers: str = TransferTimers.KEEP
    overdue: str = TransferOverdue.SPREAD
    spread_hours: int = 8
    reason: str = ""

    @classmethod
    def of(cls, transfer: Transfer) -> "Choices":
        """As they were written down."""
        mapping = {int(version): states for version, states in transfer.mapping.items()}
        return cls(mapping, transfer.timers, transfer.overdue, transfer.spread_hours, transfer.reason)

    def target_of(self, version: int, state: str) -> str:
        """The new state, or nothing where none was chosen."""
        return self.mapping.get(version, {}).get(state, "")

    def turn(self, at: datetime, number: int, total: int) -> datetime:
        """When what is due at once happens for this of so many records: spread evenly over the hours."""
        if self.overdue != TransferOverdue.SPREAD or total < 1:
            return at
        return at + timedelta(hours=self.spread_hours) * (number / total)
