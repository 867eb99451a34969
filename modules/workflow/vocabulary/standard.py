"""Guards and actions that every workflow in data may use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as parameter
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from modules.workflow.expressions.errors import ExpressionError, NoAnswer
from modules.workflow.expressions.scope import kind_of, variable
from modules.workflow.expressions.values import plain, read
from modules.workflow.graph.translated import text_for
from modules.workflow.vocabulary.asking import may_be_emptied, may_be_written, write_fields
from modules.workflow.vocabulary.effects import Firing, action
from modules.workflow.vocabulary.guards import Reason, guard
from modules.workflow.vocabulary.parameters import (
    Fault,
    FieldName,
    LiquidText,
    People,
    Value,
    WritableField,
    is_computed,
)


@dataclass(frozen=True)
class OfField:
    """A field of the record."""

    field: FieldName = parameter(metadata={"title": _("Field")})


@dataclass(frozen=True)
class FieldAndValue:
    """A field, and what it is compared with."""

    field: FieldName = parameter(metadata={"title": _("Field")})
    value: Value = parameter(
        metadata={"title": _("Value"), "choose": "values", "by": "field", "help": _("Money in cents.")}
    )


@dataclass(frozen=True)
class NewValue:
    """A field, and what is written into it."""

    field: WritableField = parameter(metadata={"title": _("Field")})
    value: Value = parameter(
        metadata={"title": _("Value"), "choose": "values", "by": "field", "help": _("Money in cents.")}
    )


@dataclass(frozen=True)
class Cleared:
    """A field that is emptied."""

    field: WritableField = parameter(metadata={"title": _("Field"), "choose": "emptiable"})


@dataclass(frozen=True)
class Notice:
    """Whom to tell, and what."""

    to: People = parameter(metadata={"title": _("To")})
    title: LiquidText = parameter(metadata={"title": _("Title"), "help": _("One line.")})
    body: LiquidText = parameter(
        metadata={"title": _("Text"), "help": _("Fields in double braces, as in {{ record.number }}.")}
    )


def _title_of(record: Any, name: str) -> str:
    entry = variable(type(record), f"record.{name}")
    return name if entry is None else str(entry.field.verbose_name)


def _held(record: Any, name: str) -> Any:
    entry = variable(type(record), f"record.{name}")
    if entry is None:
        raise NoAnswer(_("“{field}” is not there."), field=name)
    return read(record, entry)


@guard(_("“{field}” is empty."), negated=_("A field is filled in that must be empty."), params=OfField,
       title=_("A field is filled in"))  # fmt: skip
def field_is_set(record: models.Model, facts: Any, params: OfField) -> bool | Reason:
    """Whether a field holds something; 0 and no are something."""
    value = _held(record, params.field)
    return value not in (None, "", [], {}) or Reason(field=_title_of(record, params.field))


@guard(_("“{field}” has another value."), negated=_("A field has the value that it must not have."),
       params=FieldAndValue, title=_("A field has a value"))  # fmt: skip
def field_equals(record: models.Model, facts: Any, params: FieldAndValue) -> bool | Reason:
    """Whether a field holds a value; money by its minor units."""
    held, wanted = plain(_held(record, params.field)), plain(params.value)
    return held == wanted or Reason(field=_title_of(record, params.field))


def _faults_of_value(params: Mapping[str, Any], model: type[models.Model]) -> Iterator[Fault]:
    """A value that the field does not take."""
    from modules.workflow.expressions.checking import expression_faults

    name, value = params.get("field"), params.get("value")
    if not isinstance(name, str) or not may_be_written(model, name):
        return
    column: Any = model._meta.get_field(name)
    if is_computed(value):
        kind = kind_of(column)
        yield from expression_faults(str(value)[1:], model, kind if kind is not None else "any")
        return
    try:
        _stored(column, value, None)
    except ExpressionError as error:
        yield Fault("wrong_parameter", str(error), _t("Give a value that the field takes."))


def _faults_of_clearing(params: Mapping[str, Any], model: type[models.Model]) -> Iterator[Fault]:
    name = params.get("field")
    if isinstance(name, str) and may_be_written(model, name):
        column: Any = model._meta.get_field(name)
        if not may_be_emptied(column):
            yield Fault(
                "needed_field", _t("would empty “{field}”, which may not be empty.").format(field=column.verbose_name),
                _t("Set it to a value."),
            )  # fmt: skip


@action(_("Set a field"), params=NewValue, check=_faults_of_value)
def set_field(record: Any, firing: Firing, params: NewValue) -> None:
    """Write a value, or what an expression comes to, into a field."""
    name = _writable(record, params.field)
    column: Any = record._meta.get_field(name)
    value = _stored(column, params.value, record)
    if column.is_relation:
        setattr(record, column.attname, value)
        record.save(update_fields=[name])
    else:
        write_fields(record, {name: value})


@action(_("Empty a field"), params=Cleared, check=_faults_of_clearing)
def clear_field(record: Any, firing: Firing, params: Cleared) -> None:
    """Empty a field: nothing where it may be nothing, else what it starts with."""
    write_fields(record, {_writable(record, params.field): None})


@action(_("Tell somebody"), params=Notice)
def notify(record: Any, firing: Firing, params: Notice) -> None:
    """Tell the owner, a role or a person, in every reader's language."""
    from modules.workflow.expressions.assignees import assignees_of
    from modules.workflow.expressions.texts import render_text
    from modules.workflow.vocabulary.told import languages, tell_people

    to = [str(params.to)]
    if params.to.startswith("="):
        known: dict[str, Any] = {"actor": firing.actor, "at": firing.at, "data": firing.data}
        to = list(map(str, assignees_of(params.to[1:], record, firing.facts, **known)))
    titles, bodies = (
        {
            code: render_text(_in(text, code), record, firing.facts, code, at=firing.at, data=firing.data)
            for code in languages()
        }
        for text in (params.title, params.body)
    )
    tell_people(record, firing, to, titles, bodies)


def _in(text: str | Mapping[str, str], language: str) -> str:
    return text if isinstance(text, str) else text_for(text, language)


def _writable(record: Any, name: str) -> str:
    if not may_be_written(type(record), name):
        raise ExpressionError(_("No workflow may write the field “{field}”."), field=name)
    return name


def _stored(column: Any, value: Any, record: Any) -> Any:
    """A value as the field keeps it; ExpressionError where the field does not take it."""
    if value is None:
        return None
    try:
        if column.is_relation:
            return column.target_field.to_python(value)
        return column.clean(_as_python(column, value), record)
    except (ValidationError, TypeError, ValueError) as error:
        raise ExpressionError(
            _("“{field}” does not take this value."), field=column.verbose_name, mend=_("Give a value that it takes.")
        ) from error


def _as_python(column: Any, value: Any) -> Any:
    """What expressions give, in the field's own kind."""
    is_date = isinstance(column, models.DateField)
    if isinstance(value, datetime) and not isinstance(column, models.DateTimeField):
        return timezone.localtime(value, ZoneInfo(settings.BUSINESS_TIME_ZONE)).date() if is_date else value
    if isinstance(value, date) or not isinstance(value, float):
        return value
    if isinstance(column, models.DecimalField):
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-column.decimal_places))
    if isinstance(column, models.IntegerField) and value != int(value):
        raise ValueError("not a whole number")
    return value
