"""The board of a list: its records as cards in columns by state, and where a card may go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.db.models import Count, QuerySet, Sum, Value
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.console.api import record_address
from modules.core.actors import Actor
from modules.core.fields import MoneyField
from modules.core.looks import Look
from modules.core.moments import babel_locale
from modules.core.money import Money
from modules.workflow.diagram.ways import look_of_state
from modules.workflow.flows import Flow
from modules.workflow.graph import StateNode, Transition, Words, WorkflowGraph
from modules.workflow.offers import can
from modules.workflow.people.rights import fits

CARDS = 25
"""So many cards a column shows at first, and each time more are asked for."""
COUNTED = 1000
"""A column with more records says so, instead of counting them all."""
FACTS = 3


@dataclass(frozen=True)
class Fact:
    """A line of a card; a moment is shown as such."""

    label: str
    value: str
    moment: date | None = None


@dataclass(frozen=True)
class Card:
    """A record on the board."""

    id: int
    title: str
    url: str
    state: str
    since: datetime | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Column:
    """A state with its records, newest first; a folded one only says how many there are."""

    state: str
    title: Words
    look: Look
    is_final: bool
    is_folded: bool
    count: int
    sums: tuple[str, ...]
    cards: tuple[Card, ...]
    more: int | None
    """From which card on there are more."""

    @property
    def is_capped(self) -> bool:
        return self.count > COUNTED

    @property
    def counted(self) -> int:
        return min(self.count, COUNTED)


# The columns


def columns_of(flow: Flow, admin: Any, cl: Any) -> list[Column]:
    """All states in the order of the workflow, with what the list's filters leave. As many queries for many rows."""
    asked = _asked_states(cl)
    return [_column(flow, admin, cl, state, asked) for state in flow.graph.states if not asked or state.key in asked]


def _asked_states(cl: Any) -> set[str]:
    """The states that the list's own filter lets through; none when it lets all."""
    values = [value for name in ("state__exact", "state__in", "state") for value in cl.filter_params.get(name, ())]
    return {part for value in values for part in str(value).split(",")}


def _column(flow: Flow, admin: Any, cl: Any, state: StateNode, asked: set[str]) -> Column:
    rows = cl.queryset.filter(state=state.key)
    count, sums = _figures(rows, getattr(admin, "board_sum", ""))
    is_folded = state.kind == "final" and not asked
    cards, more = cards_of(admin, cl, state.key) if count and not is_folded else ((), None)
    return Column(
        state.key, state.title, look_of_state(state), state.kind == "final", is_folded, count, sums, cards, more
    )


def _figures(rows: QuerySet[Any], summed: str) -> tuple[int, tuple[str, ...]]:
    """How many there are, up to the cap, and what they come to, where that is of all."""
    capped = rows.order_by()[: COUNTED + 1]
    if not summed:
        return capped.values("pk").count(), ()
    field: Any = rows.model._meta.get_field(summed)
    named = [field.currency_field] if _has_currency(field) else []
    found = rows.model._base_manager.filter(pk__in=capped.values("pk")).order_by()
    grouped = found.annotate(together=Value(1)).values("together", *named)
    totals = list(grouped.annotate(n=Count("pk"), total=Sum(summed)).values_list("n", "total", *named))
    count = sum(n for n, *_rest in totals)
    if count > COUNTED:
        return count, ()
    return count, tuple(_sum(field, total, *rest) for _n, total, *rest in totals if total is not None)


def _has_currency(field: Any) -> bool:
    if not isinstance(field, MoneyField):
        return False
    return any(other.name == field.currency_field for other in field.model._meta.concrete_fields)


def _sum(field: Any, total: Any, currency: str = "") -> str:
    if isinstance(field, MoneyField):
        return Money(int(total), currency or field.currency_of(field.model())).format(babel_locale())
    return str(display_for_field(total, field, ""))


# The cards


def cards_of(admin: Any, cl: Any, state: str, start: int = 0) -> tuple[tuple[Card, ...], int | None]:
    """The next cards of a column, in the order of the list, and where those after them begin."""
    rows = list(cl.queryset.filter(state=state)[start : start + CARDS + 1])
    names = _fact_names(admin, cl)
    cards = tuple(_card(admin, row, names) for row in rows[:CARDS])
    return cards, start + CARDS if len(rows) > CARDS else None


def _fact_names(admin: Any, cl: Any) -> list[Any]:
    """What a card tells beside its title: what the admin names, else the list's first columns."""
    declared = list(getattr(admin, "board_card", ()))
    shown = [name for name in cl.list_display if name not in ("action_checkbox", "state", "shown_state", "__str__")]
    return declared or shown[1 : FACTS + 1]


def _card(admin: Any, record: Any, names: Iterable[Any]) -> Card:
    facts = tuple(fact for name in names if (fact := _fact(admin, record, name)) is not None)
    return Card(record.pk, str(record), record_address(record), record.state, record.state_since, facts)


def _fact(admin: Any, record: Any, name: Any) -> Fact | None:
    field, _attribute, value = lookup_field(name, record, admin)
    if value in (None, ""):
        return None
    label = str(capfirst(str(label_for_field(name, type(record), admin))))
    if isinstance(value, date):
        return Fact(label, "", value)
    if isinstance(value, Money):
        return Fact(label, value.format(babel_locale()))
    if field is None or getattr(field, "many_to_one", False):
        return Fact(label, str(display_for_value(value, "")))
    return Fact(label, str(display_for_field(value, field, "")))


# Where a card may go


@dataclass(frozen=True)
class Move:
    """A transition that leads from the card's column to another, and what stands against it."""

    key: str
    title: Words
    url: str
    asks: bool
    is_destructive: bool
    is_allowed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """Another column, the ways there, and why there are none."""

    state: str
    title: Words
    look: Look
    moves: tuple[Move, ...]
    why: str

    @property
    def is_open(self) -> bool:
        return any(move.is_allowed for move in self.moves)


def targets_of(flow: Flow, record: Any, shown: str, *, actor: Actor, at: datetime) -> list[Target]:
    """Every other state of the version that the record runs on, for a card in the column of the state `shown`.

    Where the record has left that state meanwhile, the ways are those that its column promises: firing one then tells
    who was faster.
    """
    graph = flow.graph_for(record)
    refused: dict[str, tuple[str, ...]] = {}
    if record.state == shown:
        refused = {offer.transition: offer.reasons for offer in can([record], actor, at).get(record.pk, [])}
    else:
        manual = graph.leaving(shown, "manual")
        refused = {way.key: () for way in manual if fits(way.by, record, actor, graph)}
    states = [state for state in graph.states if state.key != shown]
    return [_target(graph, record, shown, state, refused) for state in states]


def _target(
    graph: WorkflowGraph, record: Any, shown: str, state: StateNode, refused: dict[str, tuple[str, ...]]
) -> Target:
    ways = [way for way in graph.leaving(shown) if way.target == state.key]
    moves = tuple(_move(graph, record, way, refused[way.key]) for way in ways if way.key in refused)
    return Target(state.key, state.title, look_of_state(state), moves, "" if moves else _why(graph, shown, ways))


def _move(graph: WorkflowGraph, record: Any, way: Transition, reasons: tuple[str, ...]) -> Move:
    url = reverse("workflow:transition", args=[graph.record_type, record.pk, way.key])
    asks = bool(way.form or way.asks or way.confirm or way.destructive)
    return Move(way.key, way.title, url, asks, way.destructive, not reasons, reasons)


def _why(graph: WorkflowGraph, shown: str, ways: Sequence[Transition]) -> str:
    """Why nobody who looks at the board can move the card there."""
    kinds = {way.kind for way in ways}
    if "manual" in kinds and any(rule.kind != "system" for way in ways for rule in way.by):
        return _("You do not have the right to do this.")
    if "task" in kinds:
        return _("A task on the record's page leads there.")
    if ways:
        return _("This happens by itself.")
    title = graph.state(shown).title if graph.has_state(shown) else shown
    return _("No step leads there from “{state}”.").format(state=title)
