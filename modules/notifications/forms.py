"""What staff enter about deliveries."""

from django import forms
from django.utils.translation import gettext_lazy as _


class MendForm(forms.Form):
    """Where a failed mail is sent now; empty leaves the address as it is."""

    email = forms.EmailField(
        label=_("Send it to"),
        required=False,
        error_messages={"invalid": _("Enter an address such as name@example.com. Nothing was sent.")},
    )
