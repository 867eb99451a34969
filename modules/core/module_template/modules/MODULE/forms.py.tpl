"""What forms ask for."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class New${Record}Form(forms.Form):
    """What it is about. The hidden key makes a second press of the button harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=120)
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What you need, and what we should know."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", str(uuid.uuid4()))


class RejectReason(forms.Form):
    """Why the answer is no; the customer reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads this."),
    )
