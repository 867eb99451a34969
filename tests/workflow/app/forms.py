from typing import Any

from django import forms

from tests.workflow.app.models import Parcel


class CancelReason(forms.Form):
    reason = forms.CharField(min_length=3)
    photo_count = forms.IntegerField(required=False)


class Weighing(forms.Form):
    """A form that looks at the record it is about."""

    weight = forms.IntegerField(min_value=1)

    def __init__(self, *args: Any, record: Parcel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["weight"].initial = record.weight


class Verdict(forms.Form):
    """What the second pair of eyes writes down."""

    checked_amount = forms.IntegerField(min_value=1)
    reason = forms.CharField(required=False)
