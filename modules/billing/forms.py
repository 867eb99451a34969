"""What is asked of staff about refunds."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DeclineReason(forms.Form):
    """Why a refund is not made; whoever asked for it reads this."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
