"""What the steps of an order ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CancelReason(forms.Form):
    """Why an order is cancelled; nobody has to say."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It helps us to do better."),
    )
