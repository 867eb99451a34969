"""The figures as a page shows them: in words, in order, each with the address of the records behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from babel.core import Locale
from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from modules.core.looks import Look
from modules.core.moments import babel_locale
from modules.workflow.diagram.ways import look_of_state
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.mining.design import Discovery
from modules.workflow.mining.figures import Figures, Move, Passage, Variant, Waits
from modules.workflow.mining.promises import Promised
from modules.workflow.mining.spans import share, short_span
from modules.workflow.mining.standing import Standing
from modules.workflow.titles import step_title

Words = str | Promise
DAY = 86_400


@dataclass(frozen=True)
class Addresses:
    """Where the records behind a figure are listed. `kept`: what the page's filter says."""

    flow: Flow
    kept: Sequence[tuple[str, str]] = ()

    def cases(self, **asked: str) -> str:
        stem = reverse("workflow:records", args=[self.flow.graph.record_type])
        return f"{stem}?{urlencode([*asked.items(), *self.kept])}"

    def now(self, state: str) -> str:
        """The console's own list where it says the same."""
        options = self.flow.model._meta
        if self.kept:
            return self.cases(now=state)
        try:
            stem = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        except NoReverseMatch:
            return self.cases(now=state)
        return f"{stem}?{urlencode({'state__exact': state})}"

    def state(self, state: str, **more: str) -> str:
        return self.cases(state=state, **more)

    def move(self, move: Move, **more: str) -> str:
        source, step, target = move
        return self.cases(**{"from": source, "step": step, "to": target}, **more)

    def arrow(self, move: Move) -> str:
        """The step, whatever state it left."""
        return self.cases(step=move[1], to=move[2])


@dataclass(frozen=True)
class Time:
    """A median and a 90th percentile in words; empty where nothing was measured."""

    median: str = ""
    high: str = ""


@dataclass(frozen=True)
class Bottleneck:
    """A state in which records wait: the more in all, the higher it stands."""

    look: Look
    visits: int
    url: str
    time: Time
    total: str
    percent: int
    share: str
    standing: int
    standing_url: str
    by_time: str = ""
    """The share of the stays that a timer ended: waiting that is meant."""
    cost: str = ""


@dataclass(frozen=True)
class Round:
    """A state that records came back to, or a step that they took again."""

    title: Words
    look: Look | None
    again: int
    records: int
    url: str
    share: str


@dataclass(frozen=True)
class StepRow:
    """A step between two states."""

    title: str
    source: Look
    target: Look
    count: int
    url: str
    time: Time
    is_designed: bool


@dataclass(frozen=True)
class Unused:
    """A step that nobody ever took, and the states from which it could have been."""

    title: Words
    sources: str


@dataclass(frozen=True)
class Way:
    """One of the most frequent whole ways."""

    looks: tuple[Look, ...]
    count: int
    share: str
    percent: int
    time: Time
    url: str


@dataclass(frozen=True)
class Kept:
    """A promise with how it is kept."""

    title: Words
    kept: int
    broken: int
    running: int
    share: str
    percent: int
    broken_url: str


def look(graph: WorkflowGraph, state: str) -> Look:
    """How a state looks; one that the workflow does not know has its key."""
    return look_of_state(graph.state(state)) if graph.has_state(state) else Look(state)


def number(value: float | Decimal) -> str:
    """A number in the reader's figures."""
    return str(format_decimal(value, locale=babel_locale()))


def times(count: int) -> str:
    """`12 times`."""
    return ngettext("{count} time", "{count} times", count).format(count=number(count))


def time_of(waits: Waits | None) -> Time:
    return Time() if waits is None else Time(short_span(waits.median), short_span(waits.high))


def bottlenecks(
    graph: WorkflowGraph,
    figures: Figures,
    now: dict[str, Standing],
    to: Addresses,
    day_cost: Decimal | None,
) -> list[Bottleneck]:
    """Where time goes: the states that records left, by all the time they spent there."""
    waiting = {key: state for key, state in figures.states.items() if state.waits is not None and state.waits.total}
    whole = sum(_total(state) for state in waiting.values())
    ordered = sorted(waiting.items(), key=lambda entry: (-_total(entry[1]), entry[0]))
    timed = _by_time(graph, figures)
    return [
        _bottleneck(graph, key, state, whole, now.get(key, Standing(0)), timed.get(key, ""), to, day_cost)
        for key, state in ordered
    ]


def _bottleneck(
    graph: WorkflowGraph,
    key: str,
    state: Passage,
    whole: float,
    here: Standing,
    by_time: str,
    to: Addresses,
    day_cost: Decimal | None,
) -> Bottleneck:
    total = _total(state)
    cost = "" if day_cost is None else _in_money(day_cost * Decimal(total / DAY))
    return Bottleneck(
        look(graph, key), state.count, to.state(key), time_of(state.waits), short_span(total),
        round(100 * total / whole), share(total, whole), here.count, to.now(key), by_time, cost,
    )  # fmt: skip


def _in_money(amount: Decimal) -> str:
    """Whole units of the house's currency: what waiting costs is no matter of cents."""
    locale = babel_locale()
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.replace("0.00", "0")
    whole = format_currency(round(amount), settings.SHOP_CURRENCY, pattern, locale=locale, currency_digits=False)
    return str(whole)


def _by_time(graph: WorkflowGraph, figures: Figures) -> dict[str, str]:
    """By state the share of its stays that timers ended, where that is most of them."""
    left: dict[str, list[int]] = {}
    for (source, key, target), passage in figures.moves.items():
        if source != target:
            ends = left.setdefault(source, [0, 0])
            ends[0] += passage.count
            ends[1] += passage.count if graph.has_transition(key) and graph.transition(key).kind == "timer" else 0
    return {state: share(timed, ended) for state, (ended, timed) in left.items() if timed * 2 > ended}


def _total(state: Passage) -> float:
    return 0.0 if state.waits is None else state.waits.total


def rounds(graph: WorkflowGraph, figures: Figures, to: Addresses) -> list[Round]:
    """What records went through more than once: states first, then steps, each by how many records."""
    states = [
        Round(look(graph, key).title, look(graph, key), state.again, state.again_records,
              to.state(key, again="1"), share(state.again_records, figures.records))
        for key, state in figures.states.items() if state.again
    ]  # fmt: skip
    steps = [
        Round(step_title(graph, move[1]), None, passage.again, passage.again_records,
              to.move(move, again="1"), share(passage.again_records, figures.records))
        for move, passage in figures.moves.items() if passage.again and move[0]
    ]  # fmt: skip
    return [row for rows in (states, steps) for row in sorted(rows, key=lambda row: (-row.records, str(row.title)))]


def steps(graph: WorkflowGraph, figures: Figures, found: Discovery, to: Addresses) -> list[StepRow]:
    """Every step that happened, most frequent first."""
    besides = set(found.besides)
    ordered = sorted(figures.moves.items(), key=lambda entry: (-entry[1].count, entry[0]))
    return [
        StepRow(step_title(graph, move[1]), look(graph, move[0]), look(graph, move[2]), passage.count, to.move(move),
                time_of(passage.waits), move not in besides)
        for move, passage in ordered if move[0]
    ]  # fmt: skip


def unused(graph: WorkflowGraph, found: Discovery) -> list[Unused]:
    """The designed steps that never happened."""
    return [Unused(step.title, ", ".join(str(look(graph, key).title) for key in step.sources)) for step in found.unused]


def ways(graph: WorkflowGraph, figures: Figures, to: Addresses) -> list[Way]:
    """The most frequent ways through."""
    return [_way(graph, variant, figures.records, to) for variant in figures.variants]


def _way(graph: WorkflowGraph, variant: Variant, records: int, to: Addresses) -> Way:
    looks = tuple(look(graph, state) for state in variant.states)
    part, percent = share(variant.count, records), round(100 * variant.count / records)
    return Way(looks, variant.count, part, percent, time_of(variant.waits), to.cases(way=variant.key))


def kept(found: Sequence[Promised], to: Addresses) -> list[Kept]:
    """Each promise with the share of those that were kept."""
    return [
        Kept(one.title, one.kept, one.broken, one.running, share(one.kept, one.ended) if one.ended else "",
             round(100 * one.kept / one.ended) if one.ended else 0, to.cases(broken=one.key))
        for one in found
    ]  # fmt: skip


def rest(figures: Figures, to: Addresses) -> tuple[str, str, str]:
    """The ways beside the most frequent ones: in words, their share, and where their records are; or nothing."""
    if not figures.other_variants:
        return "", "", ""
    text = ngettext("{count} other way", "{count} other ways", figures.other_variants)
    words = text.format(count=number(figures.other_variants))
    return words, share(figures.in_other_variants, figures.records), to.cases(way="other")


def about(figures: Figures) -> str:
    """How many records and steps the figures are of; of how many the times are, where those are fewer."""
    counted = sum(passage.count for move, passage in figures.moves.items() if move[0])
    records = ngettext("{count} record", "{count} records", figures.records).format(count=number(figures.records))
    taken = ngettext("{count} step", "{count} steps", counted).format(count=number(counted))
    text = _("{records}, {steps}.").format(records=records, steps=taken)
    if figures.timed < figures.records:
        text += " " + _("Times are those of {count} of them, a sample.").format(count=number(figures.timed))
    return text
