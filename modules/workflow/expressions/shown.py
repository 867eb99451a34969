"""Values as texts are given them: money counts as its minor units and is written as people write it, moments too."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.workflow.expressions.values import converted, moment


class Amount(int):
    """Minor units for comparing, “€12.90” when written."""

    currency: str

    @classmethod
    def of(cls, money: Money) -> "Amount":
        made = cls(money.minor)
        made.currency = money.currency
        return made

    def __str__(self) -> str:
        return Money(int(self), self.currency).format(babel_locale())


class Moment(datetime):
    """A moment that is written in the reader's language and zone."""

    @classmethod
    def of(cls, value: datetime) -> "Moment":
        return cls.fromtimestamp(value.timestamp(), value.tzinfo or timezone.get_current_timezone())

    def __str__(self) -> str:
        return date_format(timezone.localtime(self), "DATETIME_FORMAT")

    def __liquid__(self) -> float:
        """What it is compared by."""
        return self.timestamp()


class Day(date):
    """A day that is written in the reader's language."""

    def __str__(self) -> str:
        return date_format(self, "DATE_FORMAT")

    def __liquid__(self) -> float:
        """It is compared by its first moment where the business is, also with moments."""
        return moment(date(self.year, self.month, self.day)).timestamp()


def shown(value: Any) -> Any:
    """A plain copy of a value for a text."""
    return converted(value, _shown)


def _shown(value: Money | date | timedelta) -> Any:
    if isinstance(value, Money):
        return Amount.of(value)
    if isinstance(value, datetime):
        return Moment.of(value)
    return Day(value.year, value.month, value.day) if isinstance(value, date) else str(value)
