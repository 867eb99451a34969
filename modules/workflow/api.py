"""All that other modules may import of the workflow engine."""

from modules.core.actors import SYSTEM
from modules.workflow.declarations import (
    OWNER,
    Staff,
    after,
    at_date,
    automatic,
    days,
    go,
    hours,
    minutes,
    person,
    role,
    stay,
    task,
    timer,
    transition,
)
from modules.workflow.definition import Workflow
from modules.workflow.effects import Firing, tell
from modules.workflow.errors import (
    AlreadyDone,
    AlreadyStarted,
    AutomaticLoop,
    GuardRefused,
    InvalidData,
    Outdated,
    Overtaken,
    RecordGone,
    Refused,
    SamePerson,
    TaskClosed,
    TaskNotYours,
    TaskTaken,
    TransitionNotAllowed,
    WrongState,
)
from modules.workflow.firing import advance, fire, fire_first, start
from modules.workflow.flows import Flow, find_flow, flow_of, flows, graph_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.guards import Guard, Reason, guard
from modules.workflow.history import FireResult
from modules.workflow.models import WorkflowRecord
from modules.workflow.offers import Allowed, can, form_for
from modules.workflow.rights import is_owner
from modules.workflow.selectors import finished_tasks, history_of, open_tasks_for, open_tasks_of, timers_of
from modules.workflow.services import claim, complete, release

__all__ = [
    "OWNER",
    "SYSTEM",
    "Allowed",
    "AlreadyDone",
    "AlreadyStarted",
    "AutomaticLoop",
    "FireResult",
    "Firing",
    "Flow",
    "Guard",
    "GuardRefused",
    "InvalidData",
    "Outdated",
    "Overtaken",
    "Reason",
    "RecordGone",
    "Refused",
    "SamePerson",
    "Staff",
    "TaskClosed",
    "TaskNotYours",
    "TaskTaken",
    "TransitionNotAllowed",
    "Workflow",
    "WorkflowGraph",
    "WorkflowRecord",
    "WrongState",
    "advance",
    "after",
    "at_date",
    "automatic",
    "can",
    "claim",
    "complete",
    "days",
    "find_flow",
    "finished_tasks",
    "fire",
    "fire_first",
    "flow_of",
    "flows",
    "form_for",
    "go",
    "graph_of",
    "guard",
    "history_of",
    "hours",
    "is_owner",
    "minutes",
    "open_tasks_for",
    "open_tasks_of",
    "person",
    "release",
    "role",
    "start",
    "stay",
    "task",
    "tell",
    "timer",
    "timers_of",
    "transition",
]
