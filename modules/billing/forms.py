"""What is asked of staff about refunds."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.billing.registries import LineQuantity, RefundableLine
from modules.core.fields import MoneyFormField
from modules.core.moments import babel_locale
from modules.core.money import Money, total

ALL, PIECES, PART = "all", "pieces", "part"


class DeclineReason(forms.Form):
    """Why a refund is not made; whoever asked for it reads this."""

    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class RefundForm(forms.Form):
    """How much of a record's payments goes back: everything, some pieces of its lines, or an amount; and why."""

    what = forms.ChoiceField(label=_("What goes back"), widget=forms.RadioSelect)
    amount = MoneyFormField(label=_("Amount"), required=False, localize=True)
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, left: Money, lines: Sequence[RefundableLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left, self.lines = left, lines
        choices = [(ALL, _t("Everything that is left: {amount}").format(amount=left.format(babel_locale())))]
        choices += [(PIECES, _t("Single pieces"))] if lines else []
        what: Any = self.fields["what"]
        what.choices = [*choices, (PART, _t("An amount"))]
        for line in lines:
            self.fields[self._name(line)] = self._pieces_of(line)

    @staticmethod
    def _name(line: RefundableLine) -> str:
        return f"line_{line.position}"

    @staticmethod
    def _pieces_of(line: RefundableLine) -> forms.IntegerField:
        price = line.amount.format(babel_locale())
        return forms.IntegerField(
            label=line.title,
            required=False,
            help_text=_t("of {quantity}, {price} each").format(quantity=line.quantity, price=price),
            validators=[MinValueValidator(0), MaxValueValidator(line.quantity)],
            widget=forms.NumberInput(attrs={"min": 0, "max": line.quantity, "inputmode": "numeric"}),
        )

    @property
    def line_fields(self) -> list[forms.BoundField]:
        return [self[self._name(line)] for line in self.lines]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        match cleaned.get("what"):
            case "all":
                cleaned["refund"] = self.left
            case "pieces":
                cleaned["refund"] = self._price_of_pieces()
            case "part" if not self.has_error("amount"):
                cleaned["refund"] = self._checked_amount()
        return cleaned

    def _price_of_pieces(self) -> Money | None:
        price = total((self.pieces(line) * line.amount for line in self.lines), self.left.currency)
        if not price and not any(self.has_error(self._name(line)) for line in self.lines):
            self.add_error(self._name(self.lines[0]), _t("Say how many pieces go back."))
        elif price > self.left:
            words = _t("That is {price}; only {left} is left to refund.")
            self.add_error("what", words.format(price=price.format(babel_locale()), left=self._left()))
        return price

    def _checked_amount(self) -> Money | None:
        amount: Money | None = self.cleaned_data.get("amount")
        if amount is None or not amount.minor > 0:
            self.add_error("amount", _t("Enter an amount above zero."))
        elif amount > self.left:
            self.add_error("amount", _t("Only {left} is left to refund.").format(left=self._left()))
        return amount

    def _left(self) -> str:
        return self.left.format(babel_locale())

    def pieces(self, line: RefundableLine) -> int:
        """How many of a line go back."""
        return self.cleaned_data.get(self._name(line)) or 0

    @property
    def chosen_lines(self) -> list[LineQuantity]:
        """The pieces that were chosen; nothing where an amount was."""
        if self.cleaned_data["what"] != PIECES:
            return []
        return [(line.position, self.pieces(line)) for line in self.lines if self.pieces(line)]
