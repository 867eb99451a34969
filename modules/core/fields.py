"""Model fields of the platform: money and currency."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.core.money import Money

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[Money | int | None, Money]
else:
    _BigInteger = models.BigIntegerField


class _MoneyAttribute:
    """Keeps what was assigned and hands out Money in the currency of the row's own currency field."""

    def __init__(self, field: "MoneyField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type[models.Model]) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if type(value) is int:
            return Money(value, self.field.currency_of(instance))
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class MoneyField(_BigInteger):
    """Integer minor units in the database, `Money` in Python; its currency is a sibling field or the shop's.

    Queries speak minor units: `filter(gross__gte=1000)`, `Sum("gross")`. A Money may be given to filters too.
    """

    description = _("Amount of money")

    def __init__(self, *args: Any, currency_field: str = "currency", **kwargs: Any) -> None:
        self.currency_field = currency_field
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.currency_field != "currency":
            kwargs["currency_field"] = self.currency_field
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _MoneyAttribute(self))

    def currency_of(self, instance: models.Model) -> str:
        currency: str | None = getattr(instance, self.currency_field, None)
        return currency or settings.SHOP_CURRENCY

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Money):
            if value.currency != self.currency_of(model_instance):
                raise ValidationError(_("The amount is in another currency than its record."), code="currency")
            return value.minor
        return value if value is None or type(value) is int else super().pre_save(model_instance, add)

    def get_prep_value(self, value: Any) -> Any:
        return value.minor if isinstance(value, Money) else super().get_prep_value(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Money) else super().to_python(value)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        plain = value.minor if isinstance(value, Money) else value
        super().clean(plain, model_instance)
        return value

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value.minor)

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(self, **{"form_class": MoneyFormField, **kwargs})


class MoneyFormField(forms.DecimalField):
    """Asks for major units ("12.90") and gives Money of the shop's currency."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("max_digits", 12)
        for unwanted in ("min_value", "max_value"):
            bound = kwargs.get(unwanted)
            if isinstance(bound, int) and abs(bound) > 10**12:  # the integer column's own bounds
                kwargs.pop(unwanted)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.major if isinstance(value, Money) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.major if isinstance(value, Money) else value)

    def clean(self, value: Any) -> Any:
        amount: Decimal | None = super().clean(value)
        return None if amount is None else Money.of(amount, settings.SHOP_CURRENCY)

    def has_changed(self, initial: Any, data: Any) -> bool:
        start = initial.major if isinstance(initial, Money) else initial
        try:
            return start is None or data in (None, "") or Decimal(str(data)) != Decimal(start)
        except InvalidOperation:
            return True


if TYPE_CHECKING:
    _Char = models.CharField[str, str]
else:
    _Char = models.CharField


class CurrencyField(_Char):
    """An ISO 4217 code; by default the shop's one currency."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("default", shop_currency)
        super().__init__(*args, **kwargs)


def shop_currency() -> str:
    """The currency the shop sells in."""
    return str(settings.SHOP_CURRENCY)
