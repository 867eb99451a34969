"""Moving running records to another version of their workflow: mapping, dry run, the move, and taking it back."""

from modules.workflow.transferring.choices import Choices
from modules.workflow.transferring.mapping import Place, places_of, proposed_choices
from modules.workflow.transferring.outcome import Carried, TimerFate
from modules.workflow.transferring.preview import Preview, preview
from modules.workflow.transferring.transfers import (
    prepare,
    running_ids,
    start_return,
    start_transfer,
    transfers_of,
)
from modules.workflow.transferring.turns import MoveOver, StillMoving

__all__ = [
    "Carried",
    "Choices",
    "MoveOver",
    "Place",
    "Preview",
    "StillMoving",
    "TimerFate",
    "places_of",
    "prepare",
    "preview",
    "proposed_choices",
    "running_ids",
    "start_return",
    "start_transfer",
    "transfers_of",
]
