"""A compiled expression, asked of a record: reads what it needs, reckons the work, answers or says why not."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from threading import Lock
from typing import Any

from django.db import models
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from modules.core import clock
from modules.core.actors import Actor
from modules.workflow.expressions.binding import cel
from modules.workflow.expressions.errors import ExpressionError, NoAnswer, TooLarge
from modules.workflow.expressions.scope import Variable
from modules.workflow.expressions.tree import Node
from modules.workflow.expressions.values import plain, read, textual, today
from modules.workflow.expressions.weighing import size_of, weigh

MOST_SHAPES = 32
"""So many environments are kept (100 KB each): one for each set of names that are moments or durations."""
LONGEST_RESULT = 10_000

_environments: "OrderedDict[frozenset[tuple[str, str]], Any]" = OrderedDict()
_lock = Lock()


@dataclass(eq=False)
class Expression:
    """What `compile_expression` gives. Safe for several threads."""

    text: str
    result: str
    tree: Node
    checked: bytes
    variables: tuple[Variable, ...]
    """What it reads."""
    _programs: dict[frozenset[tuple[str, str]], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = {node.kind for node in self.tree.walk()}
        calls = {node.name for node in self.tree.walk() if node.kind == "call"}
        self.must_be_weighed = "loop" in kinds or "matches" in calls

    @property
    def relations(self) -> frozenset[str]:
        """The relations that it follows, for `prefetch_related`."""
        return frozenset(entry.relations for entry in self.variables if entry.relations)

    @property
    def reads(self) -> frozenset[str]:
        """The fields that it reads, as paths: `customer__email`."""
        return frozenset("__".join(entry.path) for entry in self.variables if entry.path)

    def evaluate(
        self, record: Any, facts: Any = None, *, actor: Actor | None = None, at: datetime | None = None,
        data: Any = None,
    ) -> Any:  # fmt: skip
        """The answer for a record; ExpressionError where there is none. `data` is what the step was given."""
        known = _Known(record, facts, actor, at or clock.now(), data)
        values = {entry.name: known.value(entry) for entry in self.variables}
        shape = frozenset((name, kind) for name, value in values.items() if (kind := _shape(value)))
        given = {name: value if _shape(value) else textual(value) for name, value in values.items()}
        if self.must_be_weighed:
            weigh(self.tree, {name: size_of(value) for name, value in given.items()})
        try:
            answer = self._program(shape).eval(data=given)
            if answer.type().name() == "ERROR":
                raise self._no_answer(str(answer.plain_value()), values)
            return _bounded(answer.plain_value())
        except ExpressionError:
            raise
        except Exception as error:  # the binding raises RuntimeError, ValueError and OverflowError as it comes
            raise self._no_answer(str(error), values) from None

    def _program(self, shape: frozenset[tuple[str, str]]) -> Any:
        program = self._programs.get(shape)
        if program is None:
            program = _environment(shape).deserialize(self.checked)
            if len(self._programs) >= 8:
                self._programs.clear()
            self._programs[shape] = program
        return program

    def _no_answer(self, said: str, values: Mapping[str, Any]) -> ExpressionError:
        """Why the evaluator gave up, in words."""
        if "budget" in said:
            return TooLarge(_("This expression would take too long for these values."))
        empty = [entry for entry in self.variables if values[entry.name] is None]
        if empty and ("null" in said or "NoneType" in said or "No matching overloads" in said or "SELECT" in said):
            return NoAnswer(_("“{field}” is empty."), field=_title(empty[0]))
        if "zero" in said:
            return NoAnswer(_("It divides by zero."))
        if "overflow" in said or "OUT_OF_RANGE" in said:
            return NoAnswer(_("A number becomes too large."))
        if "NOT_FOUND" in said:
            return NoAnswer(_("Something that it reads is not there."))
        return NoAnswer(_("It has no answer for these values."))


class _Known:
    """What an expression is asked about."""

    def __init__(self, record: Any, facts: Any, actor: Actor | None, at: datetime, data: Any) -> None:
        self.record, self.facts, self.actor, self.at, self.data = record, facts, actor, at, data

    def value(self, entry: Variable) -> Any:
        base, _dot, rest = entry.name.partition(".")
        match base:
            case "record":
                return plain(read(self.record, entry))
            case "facts" | "data":
                return plain(fact(getattr(self, base), rest.split(".") if rest else []))
            case "now":
                return self.at
            case "today":
                return today(self.at)
            case _:
                return self._of_actor(rest)

    def _of_actor(self, name: str) -> Any:
        actor = self.actor
        if name == "kind":
            return None if actor is None else actor.kind
        if name == "email":
            return "" if actor is None or actor.user is None else str(actor.user.email)
        from modules.accounts.api import role_keys

        return [] if actor is None or actor.user is None else sorted(role_keys(actor.user))


def fact(facts: Any, steps: Iterable[str]) -> Any:
    """A fact by its path: a key of a mapping or a field of a dataclass, and nothing else."""
    found = facts
    for step in steps:
        if isinstance(found, Mapping):
            found = found.get(step)
        elif step in getattr(found, "__dataclass_fields__", ()):
            found = getattr(found, step)
        elif found is None:
            return None
        else:
            raise NoAnswer(_("“{field}” is not there."), field=step)
    return found


def load_relations(records: Iterable[models.Model], relations: Iterable[str]) -> None:
    """Load what expressions follow, for all records at once: as many queries for fifty as for one."""
    wanted = sorted(set(relations))
    if wanted:
        prefetch_related_objects(list(records), *wanted)


def _shape(value: Any) -> str:
    return "TIMESTAMP" if isinstance(value, datetime) else "DURATION" if isinstance(value, timedelta) else ""


def _environment(shape: frozenset[tuple[str, str]]) -> Any:
    """The environment in which names of this shape may be given; moments and durations must be declared there."""
    with _lock:
        found = _environments.get(shape)
        if found is None:
            found = cel().NewEnv(variables={name: getattr(cel().Type, kind) for name, kind in shape})
            found.compile("true")  # it knows the kinds of its names only after its compiler has run
            _environments[shape] = found
            while len(_environments) > MOST_SHAPES:
                _environments.popitem(last=False)
        else:
            _environments.move_to_end(shape)
        return found


def _bounded(value: Any) -> Any:
    if isinstance(value, str | list | dict) and size_of(value).whole > LONGEST_RESULT:
        raise TooLarge(_("The result is too long."))
    _refuse_what_nobody_keeps(value)
    return value


def _refuse_what_nobody_keeps(value: Any) -> None:
    """Numbers that are none, bytes, kinds: no field, message or document takes them."""
    if isinstance(value, list | dict):
        for entry in value.values() if isinstance(value, dict) else value:
            _refuse_what_nobody_keeps(entry)
    elif isinstance(value, float) and not isfinite(value):
        raise NoAnswer(_("The result is no number."))
    elif not isinstance(value, str | int | float | datetime | timedelta | None):
        raise NoAnswer(_("The result is of a kind that cannot be used."))


def _title(entry: Variable) -> str:
    return str(entry.field.verbose_name) if entry.field is not None else entry.name
