"""What the film shop tells modules above it."""

from dataclasses import dataclass
from datetime import datetime

from modules.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order stands and awaits its payment."""

    order_id: int
    number: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StockRanLow(Event):
    """What is available of an edition at a place has just fallen to its reorder point."""

    level_id: int
    key: str
    """The same however often the cause is told."""
    at: datetime
