"""What the accounts tell other modules."""

from dataclasses import dataclass
from datetime import datetime

from modules.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event):
    """Somebody may not sign in any more; what waits for them waits for somebody else now."""

    user_id: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonPseudonymised(Event):
    """The personal data of an account were removed; whoever keeps copies removes theirs in the same transaction."""

    user_id: int
    email: str
    at: datetime
