"""What can be imported on a page: a module declares an importer, the console does the rest.

The importer says which fields a row may tell, writes rows (`apply`), and takes back what it wrote (`undo`). A dry run
is `apply` in a transaction that is rolled back, so that it finds what the run will find.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.core.errors import Words
from modules.core.registry import Registry
from modules.core.tables import BadCell

CREATED, CHANGED, UNCHANGED, REFUSED = "created", "changed", "unchanged", "refused"


@dataclass(frozen=True)
class ImportField:
    """A field that a row may tell. `parse` gives its value, or raises BadCell with words for the person."""

    name: str
    label: Words
    parse: Callable[[Any], Any] = str
    required: bool = False
    aliases: tuple[str, ...] = ()
    """What columns are called elsewhere, folded (`core.text.fold`); the name and the label count too."""


@dataclass(frozen=True)
class ImportRow:
    """A readable row: its line in the file, and the values that it tells."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a row. `changes` is `{field: [old, new]}` in plain JSON, enough for `undo` to go back."""

    result: str
    record_id: int | None = None
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    locked: Sequence[str] = ()
    """Names of fields that the row would have changed, and that are locked."""
    problems: Sequence[tuple[str, str]] = ()
    """(field, words) of a row that is refused."""


class Importer(ABC):
    """Rows of files become records of a model."""

    key: ClassVar[str]
    title: ClassVar[Words]
    """What is imported: “Films”."""
    model: ClassVar[type[models.Model]]
    permissions: ClassVar[tuple[str, ...]]
    """All of them are needed."""
    fields: ClassVar[Sequence[ImportField]]
    hint: ClassVar[Words] = ""
    """What a file should hold, in a sentence."""

    @abstractmethod
    def identity(self, values: Mapping[str, Any]) -> str:
        """What makes a row one of a kind; a second row of a file with the same identity is refused."""

    @abstractmethod
    def label(self, values: Mapping[str, Any]) -> str:
        """The row in the person's words."""

    @abstractmethod
    def apply(self, rows: Sequence[ImportRow], *, source: str, actor: Actor, at: datetime) -> Sequence[Outcome]:
        """Write rows, in a transaction, one outcome each. May raise: then the rows are tried one by one."""

    @abstractmethod
    def undo(self, outcome: Outcome, *, source: str, actor: Actor, at: datetime) -> str:
        """Take one row back; says what stays as it is, or nothing. A Refusal when nothing goes back."""

    def show(self, name: str, value: Any) -> str:
        """A value of `changes` in words."""
        if isinstance(value, list):
            return ", ".join(str(part[0] if isinstance(part, list) else part) for part in value)
        if isinstance(value, dict):
            return ", ".join(f"{key}: {part}" for key, part in value.items())
        return "" if value is None else str(value)


importers: Registry[Importer] = Registry("importers")


def importer(cls: type[Importer]) -> type[Importer]:
    """Register an importer; its module's `admin.py` imports it."""
    importers.register(cls.key, cls())
    return cls


def may_import(actor: Actor, which: Importer) -> bool:
    return all(actor.may(permission) for permission in which.permissions)


def importers_for(actor: Actor, model: type[models.Model] | None = None) -> list[Importer]:
    """What a person may import, of a model or at all."""
    return [one for one in importers if (model is None or one.model is model) and may_import(actor, one)]


def read_row(which: Importer, told: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of a row, and what is wrong with it by field."""
    values, problems = {}, []
    for one in which.fields:
        raw = told.get(one.name)
        if raw in (None, "", []):
            if one.required:
                problems.append((one.name, _("is missing")))
            continue
        try:
            values[one.name] = one.parse(raw)
        except BadCell as error:
            problems.append((one.name, str(error)))
    return values, problems
