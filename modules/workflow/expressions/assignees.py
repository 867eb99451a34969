"""Whom an expression names: `record.cost > 50000 ? "role:films.manager" : "person:" + record.buyer.email`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from modules.core.actors import Actor
from modules.workflow.expressions.compiling import Result, compile_expression
from modules.workflow.expressions.errors import NoAnswer
from modules.workflow.expressions.evaluating import Expression

RESULT: Result = "texts"
MOST = 100
"""So many people and roles may be named at once."""


@dataclass(frozen=True)
class Assignee:
    """A role by its key, or a person by the e-mail address."""

    kind: Literal["role", "person"]
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def assignees_of(
    text: str, record: Any, facts: Any = None, *, actor: Actor | None = None, at: datetime | None = None,
    data: Any = None,
) -> tuple[Assignee, ...]:  # fmt: skip
    """Whom an assignment rule names for a record, in order, nobody twice. ExpressionError where it names nobody."""
    expression = compile_expression(text, type(record), result=RESULT)
    answer = expression.evaluate(record, facts, actor=actor, at=at, data=data)
    texts = answer if isinstance(answer, list) else [answer]
    found = tuple(dict.fromkeys(_read(entry) for entry in texts))
    if not found or len(found) > MOST:
        raise NoAnswer(_("It names nobody.") if not found else _("It names too many."))
    return found


def _read(text: Any) -> Assignee:
    kind, _colon, value = text.partition(":") if isinstance(text, str) else ("", "", "")
    value = value.strip()
    if kind == "role" and value:
        return Assignee("role", value)
    if kind == "person" and "@" in value:
        return Assignee("person", value.lower())
    raise NoAnswer(
        _("“{text}” names nobody."), text=str(text)[:80],
        mend=_("Write “role:films.clerk” or “person:ana@example.com”."),
    )  # fmt: skip


def named_roles(expression: Expression) -> Iterator[str]:
    """The roles that stand written out in an assignment rule."""
    for node in expression.tree.walk():
        if isinstance(node.value, str) and node.value.startswith("role:") and node.value != "role:":
            yield node.value.removeprefix("role:")
