"""A form's field for a day, chosen by the browser's own calendar."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = date(1900, 1, 1), date(9998, 12, 31)
"""Beyond these a day has no midnight in every zone, or no day after it."""


class DayField(forms.DateField):
    """A day that can be counted from and to in every zone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)
        self.validators = [*self.validators, MinValueValidator(FIRST), MaxValueValidator(LAST)]
