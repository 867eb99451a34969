"""What the basket's buttons send."""

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.films.models import Edition
from modules.films.models.basket import MAX_QUANTITY


class AddForm(forms.Form):
    """An edition by its SKU, and how many."""

    chosen: Edition
    edition = forms.CharField(max_length=40)
    quantity = forms.IntegerField(min_value=1, max_value=MAX_QUANTITY, required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1

    def clean_edition(self) -> str:
        sku: str = self.cleaned_data["edition"]
        found = Edition.objects.shown().select_related("film").filter(sku=sku).first()
        if found is None:
            raise forms.ValidationError(_("This edition is not sold any more."), code="unknown_edition")
        self.chosen = found
        return sku


class QuantityForm(forms.Form):
    """How many are wanted; 0 takes the line out."""

    quantity = forms.IntegerField(min_value=0, max_value=MAX_QUANTITY)
