"""The filter of a workflow's page: when records began, what their fields hold, what a day of waiting costs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.day_field import DayField
from modules.core.http import row_key
from modules.core.moments import relatively
from modules.workflow.flows import Flow
from modules.workflow.mining.scope import Scope

MOST_FIELDS, MOST_OPTIONS = 6, 50
BEGAN_FROM, BEGAN_TO, COST = "began_from", "began_to", "day_cost"
OWN = (BEGAN_FROM, BEGAN_TO, COST)


class ProcessFilter(forms.Form):
    """Fields of the record stand under their names with a prefix, so that none hides another word of the address."""

    def __init__(self, data: QueryDict, flow: Flow, actor: Actor) -> None:
        asked = (
            data if any(name in data for name in (*OWN, *(field_name(field) for field in fields_of(flow)))) else None
        )
        super().__init__(asked)
        self.columns = fields_of(flow)
        self.fields[BEGAN_FROM] = DayField(label=_("Began from"), required=False)
        self.fields[BEGAN_TO] = DayField(label=_("Began until"), required=False)
        for column in self.columns:
            found = _choice(column, actor, data.get(field_name(column), ""))
            if found is not None:
                self.fields[field_name(column)] = found
        self.fields[COST] = forms.DecimalField(
            label=_("A day of waiting costs ({currency})").format(currency=settings.SHOP_CURRENCY),
            required=False,
            min_value=0,
            max_digits=12,
            decimal_places=2,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get(BEGAN_FROM), cleaned.get(BEGAN_TO)
        if first and last and last < first:
            self.add_error(BEGAN_TO, _("Enter a day that is not before the first one."))
        return cleaned

    def asked(self) -> "Asked":
        """What is asked for; where something is wrong, that part is not asked."""
        if not self.is_bound:
            return Asked(Scope())
        self.is_valid()
        found = self.cleaned_data
        values = []
        for column in self.columns:
            value = found.get(field_name(column), "")
            if value:
                values.append((column.attname, value == "1" if isinstance(column, models.BooleanField) else value))
        return Asked(Scope(found.get(BEGAN_FROM), found.get(BEGAN_TO), tuple(values)), found.get(COST))

    def kept(self) -> list[tuple[str, str]]:
        """What of the address says which records are meant."""
        if not self.is_bound:
            return []
        return [(bound.name, str(bound.value())) for bound in self if bound.name != COST and bound.value()]

    def kept_query(self) -> str:
        return urlencode(self.kept())

    def words(self) -> list[str]:
        """What is asked for, each part as a phrase."""
        if not self.is_bound:
            return []
        found = []
        for bound in self:
            value = self.cleaned_data.get(bound.name)
            if value and bound.name != COST:
                options = dict(getattr(bound.field, "choices", ()))
                shown = relatively(value) if isinstance(value, date) else options.get(value, value)
                found.append(f"{bound.label}: {shown}")
        return found


@dataclass(frozen=True)
class Asked:
    """A scope, and what a record's day of waiting costs, where that was said."""

    scope: Scope
    day_cost: Decimal | None = None


def field_name(field: "models.Field[Any, Any]") -> str:
    return f"with_{field.name}"


def fields_of(flow: Flow) -> list["models.Field[Any, Any]"]:
    """Fields of the record with a few values each: choices, yes and no, other records."""
    found = [field for field in flow.model._meta.concrete_fields if _is_fit(field)]
    return found[:MOST_FIELDS]


def _is_fit(field: "models.Field[Any, Any]") -> bool:
    if field.primary_key or field.name == "state":
        return False
    return bool(field.choices) or isinstance(field, models.BooleanField | models.ForeignKey)


def _choice(field: "models.Field[Any, Any]", actor: Actor, chosen: str) -> forms.ChoiceField | None:
    """A field's values to choose from; none where they are too many, or of records that the person may not see."""
    if isinstance(field, models.BooleanField):
        options = [("1", _("Yes")), ("0", _("No"))]
    elif field.choices:
        options = [(str(value), str(title)) for value, title in field.flatchoices]
    else:
        options = _others(field, actor, chosen)
    if not options:
        return None
    return forms.ChoiceField(
        label=capfirst(str(field.verbose_name)), choices=[("", _("all")), *options], required=False
    )


def _others(field: Any, actor: Actor, chosen: str) -> list[tuple[str, str]]:
    model: Any = field.related_model
    if not actor.may(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        return []
    found = list(model._default_manager.order_by("pk")[: MOST_OPTIONS + 1])
    if len(found) > MOST_OPTIONS:  # the address may name one of them all the same
        found = list(model._default_manager.filter(pk=row_key(chosen)))
    return [(str(other.pk), str(other)) for other in found]
