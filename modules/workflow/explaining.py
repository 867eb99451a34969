"""Why not: every clause that speaks against a step, the values it looks at, and who could change them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.formats import localize
from django.utils.translation import gettext as _

from modules.accounts.api import roles_with_permission
from modules.core.money import Money
from modules.workflow.errors import SamePerson
from modules.workflow.plan import Step
from modules.workflow.vocabulary.guards import Guard


@dataclass(frozen=True)
class Clause:
    """One thing that speaks against a step."""

    code: str
    """`guard`, or `same_person`."""
    name: str
    """The guard's name in the code, or its expression."""
    text: str
    values: tuple[tuple[str, str], ...] = ()
    """What it looks at and what stands there, in words."""
    who: str = ""
    """Who could change that, in words; empty where nobody in particular could."""

    @property
    def present(self) -> str:
        """`Cost: €600.00, Priority: High`."""
        return ", ".join(f"{title}: {value}" for title, value in self.values)

    def as_data(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "text": self.text,
            "values": dict(self.values),
            "who": self.who,
        }


class Explainer:
    """Explains the steps of records of one kind; asks the database once at most, and only where it has to."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model

    def clauses(self, step: Step, record: Any, facts: Any, refusal: SamePerson | None) -> Iterator[Clause]:
        """What stands against a step of a record now."""
        if refusal is not None:
            yield Clause("same_person", "", str(refusal), who=_("somebody else"))
        for guard in step.guards:
            text = guard.why_not(record, facts)
            if text is not None:
                yield self._clause(guard, record, text)

    def _clause(self, guard: Guard, record: Any, text: str) -> Clause:
        values = tuple(_values(guard, record, self.model)) if guard.expression or guard.params else ()
        who = str(guard.changed_by) or (self.changers if values else "")
        return Clause("guard", guard.name or guard.expression, text, values, who)

    @cached_property
    def changers(self) -> str:
        """The roles that may change this kind of record."""
        options = self.model._meta
        return ", ".join(roles_with_permission(f"{options.app_label}.change_{options.model_name}"))


def _values(guard: Guard, record: Any, model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """The fields of the record that a guard reads, with what stands there."""
    from modules.workflow.expressions import ExpressionError, compile_expression

    paths = [value for name, value in guard.params if name == "field" and isinstance(value, str)]
    if guard.expression:
        try:
            paths += sorted(compile_expression(guard.expression, model).reads)
        except ExpressionError:
            return
    for path in dict.fromkeys(paths):
        field, value = _read(record, path)
        if field is not None:
            yield str(field.verbose_name).capitalize(), _said(field, value)


def _read(record: Any, path: str) -> tuple[Any, Any]:
    """The field at the end of a path, and its value; no field where the path does not lead to one."""
    field, value = None, record
    for part in path.split("__"):
        if value is None or part not in {entry.name for entry in value._meta.concrete_fields}:
            return field, None
        field, value = value._meta.get_field(part), getattr(value, part)
    return field, value


def _said(field: Any, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Money):
        return str(value)
    choices = dict(field.flatchoices) if getattr(field, "flatchoices", None) else {}
    return str(choices.get(value) or localize(value))
