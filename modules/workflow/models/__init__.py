"""The base of records with a workflow, and the engine's tables."""

from modules.workflow.models.calendars import BusinessCalendar, ClosedDay
from modules.workflow.models.definitions import Definition, Transfer, TransferItem
from modules.workflow.models.events import EarlyEvent
from modules.workflow.models.history import Footprint, HistoryEntry
from modules.workflow.models.incidents import Incident, Seal
from modules.workflow.models.records import WorkflowRecord
from modules.workflow.models.tasks import Absence, Task, TaskLink, TaskTurn
from modules.workflow.models.timers import SlaClock, Timer

__all__ = [
    "Absence",
    "BusinessCalendar",
    "ClosedDay",
    "Definition",
    "EarlyEvent",
    "Footprint",
    "HistoryEntry",
    "Incident",
    "Seal",
    "SlaClock",
    "Task",
    "TaskLink",
    "TaskTurn",
    "Timer",
    "Transfer",
    "TransferItem",
    "WorkflowRecord",
]
