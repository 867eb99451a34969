"""A dry run: what moving records would do, found out by doing it and taking it back in the same breath."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from modules.core.actors import SYSTEM, Actor
from modules.workflow.engine.running import run_on
from modules.workflow.errors import Refused
from modules.workflow.flows import Flow, Version, instead
from modules.workflow.graph import WorkflowGraph
from modules.workflow.transferring.carrying import carry
from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.outcome import Carried

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """What would happen to some records."""

    rows: tuple[Carried, ...]

    @property
    def due_now(self) -> int:
        """How many timers would be due at once."""
        return sum(row.due_now for row in self.rows)

    @property
    def refused(self) -> int:
        return sum(bool(row.refusal) for row in self.rows)

    def counted(self) -> list[tuple[str, str, int]]:
        """From which state to which, and how many."""
        found = Counter((row.source_title, row.target_title) for row in self.rows if not row.refusal)
        return [(source, target, count) for (source, target), count in found.most_common()]


class _Enough(Exception):
    """The trial is over; everything that it wrote is undone."""


def preview(
    flow: Flow,
    target: WorkflowGraph,
    ids: Sequence[int],
    choices: Choices,
    *,
    at: datetime,
    actor: Actor = SYSTEM,
    first: int = 0,
    total: int | None = None,
) -> Preview:
    """What would happen to the records, of which the first is number `first` of `total` in their turn."""
    version, many = Version(target, flow.model), total or len(ids)
    rows = []
    for number, pk in enumerate(ids, first):
        row = _try(flow, version, pk, choices, at=at, actor=actor, turn=choices.turn(at, number, many))
        if row is not None:
            rows.append(row)
    return Preview(tuple(rows))


def _try(
    flow: Flow, version: Version, pk: int, choices: Choices, *, at: datetime, actor: Actor, turn: datetime
) -> Carried | None:
    found: Carried | None = None
    trial = trial_flow(flow, version)
    try:
        with instead(trial), run_on(trial, pk, actor=actor, at=at, version=version) as run:
            move = carry(run, flow, choices, turn=turn)
            found = None if move is None else move.carried
            raise _Enough
    except _Enough:
        return found
    except Refused as refusal:
        words = str(refusal)
    except LookupError as error:
        words = _("Today's code does not have what this needs: {what}").format(what=error)
    except Exception as error:  # an effect of a step that would follow, or what a rule asks: the others are looked at
        logger.exception("a dry run of %s %s failed", version.graph.key, pk)
        words = _("It would fail and stay where it is: {what}").format(what=f"{type(error).__name__}: {error}")
    return Carried(pk, 0, version.graph.version, "", "", "", "", refusal=words)


def trial_flow(flow: Flow, version: Version) -> Flow:
    """The workflow with another version to start on, known to nobody."""
    trial = Flow(version.graph, flow.model, flow.source)
    trial.current = version
    return trial
