"""The name of a saved view, and who shall see it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.console.saved_views import LONGEST_NAME


class ViewForm(forms.Form):
    """Under which name a list is kept."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, error_messages={"required": _("Enter a name for the view.")}
    )
    is_shared = forms.BooleanField(label=_("Share with all staff"), required=False)
    opens = forms.BooleanField(label=_("Open this list with it"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]
