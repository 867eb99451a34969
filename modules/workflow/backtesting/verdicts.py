"""What a version would have made of a record: replayed on its own version and on the new one, and compared.

Both replays happen under the same conditions, so what differs comes from the definition. Where the own version does not
repeat what really happened, for what it read then has changed since, the verdict is that nothing can be said.
"""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from modules.core.messages import messages
from modules.workflow.backtesting.pasts import past_of
from modules.workflow.backtesting.replaying import Names, Replay
from modules.workflow.backtesting.replaying import replay as live_again
from modules.workflow.backtesting.stories import story_of
from modules.workflow.comparing import propose_mapping
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.titles import step_title
from modules.workflow.transferring.mapping import matches_of

Kind = Literal["same", "other_way", "other_messages", "unclear"]


@dataclass(frozen=True)
class Verdict:
    """One record. `step` is where the ways part, `why` the words of the refusal."""

    record_id: int
    kind: Kind
    sentence: str
    step: str = ""
    why: str = ""
    path: tuple[str, ...] = ()
    new_path: tuple[str, ...] = ()
    more: tuple[tuple[str, int], ...] = ()
    """Messages that would have gone out besides, and how many."""
    fewer: tuple[tuple[str, int], ...] = ()
    as_today: tuple[str, ...] = ()
    """What both were tried with as it is today, since nobody wrote down what it was then."""

    @property
    def told(self) -> str:
        """The sentence, with what it rests on that may have been otherwise."""
        if self.kind == "same" or not self.as_today:
            return self.sentence
        rest = _("As it is today, and not as it was then: {list}.").format(list=", ".join(self.as_today))
        return f"{self.sentence} {rest}"

    def as_data(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def try_on(flow: Flow, record: Any, candidate: WorkflowGraph, *, at: datetime) -> Verdict | None:
    """What the candidate would have made of the record; None where it has never started. Nothing of it stays."""
    story = story_of(flow, record)
    if story is None:
        return None
    own = flow.graph_for(record)
    past = past_of(record, story.started_at, story.asked, own, candidate)
    before = live_again(own, flow, story, at=at, past=past)
    doubt = _doubt(own, before, str(record.state))
    if doubt:
        verdict = Verdict(record.pk, "unclear", doubt, path=_titles(own, before.path))
    else:
        after = live_again(candidate, flow, story, at=at, names=_names(own, candidate), past=past)
        verdict = _compared(record.pk, own, candidate, before, after)
    as_today = tuple(dict.fromkeys([*past.as_today, *before.as_today]))
    return replace(verdict, as_today=as_today)


def _names(own: WorkflowGraph, candidate: WorkflowGraph) -> Names:
    matches = matches_of(own, candidate)
    states = {old: new for old, (new, _why) in propose_mapping(own, candidate).items() if new}
    return Names(matches.transitions, matches.tasks, states)


def _doubt(own: WorkflowGraph, before: Replay, state: str) -> str:
    """Why the past cannot be repeated."""
    if before.refused:
        first = before.refused[0]
        told = _("“{step}” is not possible any more as it was then: {why}")
        return told.format(step=step_title(own, first.name), why=first.why)
    if before.final != state:
        told = _("Done again on its own version it ends in “{state}” and not where it is.")
        return told.format(state=_title(own, before.final))
    return ""


def _compared(pk: int, own: WorkflowGraph, candidate: WorkflowGraph, before: Replay, after: Replay) -> Verdict:
    mapped = {old: new for old, (new, _why) in propose_mapping(own, candidate).items()}
    ways = _titles(own, before.path), _titles(candidate, after.path)
    more, fewer = after.messages - before.messages, before.messages - after.messages
    differing = tuple(more.items()), tuple(fewer.items())
    if [mapped.get(state) for state in before.path] != after.path:
        first = after.refused[0] if after.refused else None
        step = "" if first is None else step_title(candidate, first.name)
        why = "" if first is None else first.why
        return Verdict(pk, "other_way", _other_way(candidate, after, step, why), step, why, *ways, *differing)
    if more or fewer:
        return Verdict(pk, "other_messages", _other_messages(more, fewer), "", "", *ways, *differing)
    return Verdict(pk, "same", _("It would have gone the same way."), "", "", *ways)


def _other_way(candidate: WorkflowGraph, after: Replay, step: str, why: str) -> str:
    end = _title(candidate, after.final)
    if step:
        told = _("“{step}” would not have been possible: {why} It would stand in “{state}”.")
        return told.format(step=step, why=why, state=end)
    return _("It would have gone another way and stand in “{state}”.").format(state=end)


def _other_messages(more: Counter[str], fewer: Counter[str]) -> str:
    parts = []
    if more:
        parts.append(_("Messages besides: {list}.").format(list=_listed(more)))
    if fewer:
        parts.append(_("Messages less: {list}.").format(list=_listed(fewer)))
    return " ".join(parts)


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{message_words(name)} ({count})" for name, count in sorted(counted.items()))


def message_words(name: str) -> str:
    """The title of a message that an effect sends, as in `notifications.tell films.order_paid`; else its name."""
    message = messages.get(name.partition(" ")[2])
    return str(message.title) if message is not None and message.title else name


def _titles(graph: WorkflowGraph, path: list[str]) -> tuple[str, ...]:
    return tuple(_title(graph, state) for state in path)


def _title(graph: WorkflowGraph, state: str) -> str:
    return str(graph.state(state).title) if graph.has_state(state) else state
