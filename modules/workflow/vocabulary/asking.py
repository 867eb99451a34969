"""Forms made from the fields that a transition asks for, and writing what was filled in."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from modules.workflow.graph import Ask, Brought

ENGINES_OWN = frozenset({"id", "state", "state_since", "revision", "workflow_version", "created_at", "updated_at"})
"""What nobody fills in (F38)."""


def may_be_written(model: type[models.Model], name: str) -> bool:
    """Whether a form or an action of a workflow may write a field: a plain field of the record, none of the engine's,
    not its key, not its owner, nothing that the model hides or fixes."""
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    if not field.concrete or field.many_to_many or not field.editable or field.primary_key:
        return False
    kept: set[str] = set(getattr(model, "hidden_fields", ())) | set(getattr(model, "fixed_fields", ()))
    return field.name == name and name not in ENGINES_OWN | kept | _owner_of(model)


def may_be_emptied(column: Any) -> bool:
    """Whether a field can hold nothing, or start again with what it starts with."""
    return bool(column.null or column.blank or column.has_default())


def _owner_of(model: type[models.Model]) -> set[str]:
    from modules.workflow.flows import find_flow

    flow = find_flow(model)
    return {flow.graph.owner.partition("__")[0]} if flow is not None and flow.graph.owner else set()


def form_class_for(model: type[models.Model], asks: Sequence[Ask], brings: Sequence[Brought] = ()) -> type[forms.Form]:
    """A form with the fields that a transition asks for and what its event brings; it starts with what the record
    holds."""
    wanted = {ask.field: _form_field(model, ask) for ask in asks if may_be_written(model, ask.field)}
    brought = {item.name: _KINDS[item.kind](required=item.required) for item in brings}
    return type("AskedForm", (_AskedForm,), {**brought, **wanted, "asked": tuple(wanted)})


class _YesOrNo(forms.NullBooleanField):
    """Yes, no, or not said; anything else is neither."""

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")


_KINDS: dict[str, type[forms.Field]] = {
    "text": forms.CharField, "int": forms.IntegerField, "number": forms.FloatField, "bool": _YesOrNo,
    "moment": forms.DateTimeField, "day": forms.DateField,
}  # fmt: skip


def _form_field(model: type[models.Model], ask: Ask) -> forms.Field:
    field: Any = model._meta.get_field(ask.field)
    made: Any = field.formfield(required=ask.required)
    made.required = ask.required
    if isinstance(made, forms.DateTimeField):
        made.widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    elif isinstance(made, forms.DateField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if isinstance(made, forms.BooleanField):
        made.required = False  # yes and no are both answers
    if ask.title:
        made.label = ask.title
    asked: forms.Field = made
    return asked


class _AskedForm(forms.Form):
    """Asks for fields of a record."""

    asked: tuple[str, ...] = ()

    def __init__(self, *args: Any, record: Any, **kwargs: Any) -> None:
        self.record = record
        held = {name: getattr(record, record._meta.get_field(name).attname) for name in self.asked}
        super().__init__(*args, **{**kwargs, "initial": {**held, **(kwargs.get("initial") or {})}})

    def clean(self) -> dict[str, Any]:
        """The fields' own rules, as the model has them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.asked:
            if name not in cleaned or cleaned[name] in (None, ""):
                continue
            field: Any = self.record._meta.get_field(name)
            try:
                field.run_validators(_plain(field, cleaned[name]))
            except ValidationError as error:
                self.add_error(name, error)
        if self.asked and not self.errors:
            self._keep_constraints(cleaned)
        return cleaned

    def _keep_constraints(self, cleaned: Mapping[str, Any]) -> None:
        """What the database would refuse is said here."""
        changed = copy(self.record)
        for name in self.asked:
            _set(changed, name, cleaned.get(name))
        try:
            changed.validate_constraints()
        except ValidationError as error:
            self.add_error(None, [message for messages in error.message_dict.values() for message in messages])


def _plain(field: Any, value: Any) -> Any:
    if isinstance(value, models.Model):
        return value.pk
    return getattr(value, "minor", value)


def write_asked(record: Any, data: Mapping[str, Any], asks: Sequence[Ask]) -> None:
    """Write what the person filled in into the record: the asked fields and nothing else of the data."""
    named = [ask.field for ask in asks if ask.field in data and may_be_written(type(record), ask.field)]
    write_fields(record, {name: data[name] for name in named})


def write_fields(record: Any, values: Mapping[str, Any]) -> None:
    """Set fields of a locked record and save them alone."""
    for name, value in values.items():
        _set(record, name, value)
    if values:
        record.save(update_fields=list(values))


def _set(record: Any, name: str, value: Any) -> None:
    field: Any = record._meta.get_field(name)
    if value is None or value == "":
        value = None if field.null else field.get_default()
    setattr(record, name, value)
