"""What the accounts tell other modules."""

from dataclasses import dataclass
from datetime import datetime

from modules.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonPseudonymised(Event):
    """The personal data of an account were removed; whoever keeps copies removes theirs in the same transaction."""

    user_id: int
    email: str
    at: datetime
