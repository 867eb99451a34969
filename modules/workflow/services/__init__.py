"""What people do with their tasks. Each under the record's lock, each told in the history."""

from modules.workflow.services.finishing import complete, complete_task, form_for_task
from modules.workflow.services.giving import add_seat, assign, delegate, recall
from modules.workflow.services.questions import ask, waiting_for
from modules.workflow.services.taking import claim, release

__all__ = [
    "add_seat",
    "ask",
    "assign",
    "claim",
    "complete",
    "complete_task",
    "delegate",
    "form_for_task",
    "recall",
    "release",
    "waiting_for",
]
