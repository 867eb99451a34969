"""The engine's fixed words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

START, UNDO, MOVE, TRANSFER, COMPENSATE = "start", "undo", "move", "transfer", "compensate"
"""The names of history rows of the engine's own: the first one, a step taken back, a move by hand, a move to another
version of the workflow, a step made up for; no transition may be called so."""
OWN_STEPS = (START, UNDO, MOVE, TRANSFER, COMPENSATE)


class TaskDeed(TextChoices):
    """What people do with a task beside finishing it; in the history as `<task>.claim`."""

    CLAIM = "claim", pgettext_lazy("task", "Taken")
    RELEASE = "release", pgettext_lazy("task", "Given back")
    ASSIGN = "assign", pgettext_lazy("task", "Given to somebody")
    DELEGATE = "delegate", pgettext_lazy("task", "Delegated")
    RETURN = "return", pgettext_lazy("task", "Back for confirmation")
    RECALL = "recall", pgettext_lazy("task", "Taken back from who was given it")
    ADD = "add", pgettext_lazy("task", "Somebody else asked too")
    VOTE = "vote", pgettext_lazy("task", "Answer given")
    ASK = "ask", pgettext_lazy("task", "Question asked")
    ANSWER = "answer", pgettext_lazy("task", "Question answered")
    STAND_IN = "stand_in", pgettext_lazy("task", "Given to the substitute")
    HAND_BACK = "hand_back", pgettext_lazy("task", "Given back by the substitute")
    DONE_FOR = "done_for", pgettext_lazy("task", "Done for somebody")
    PASS_ON = "pass_on", pgettext_lazy("task", "Passed on from who has left")
    ESCALATE = "escalate", pgettext_lazy("task", "Handed up")
    INVITE = "invite", pgettext_lazy("task", "Link sent")
    REVOKE = "revoke", pgettext_lazy("task", "Link withdrawn")


class TaskStatus(TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", pgettext_lazy("task", "Done")
    CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")


class TimerScope(TextChoices):
    """What ends a timer: leaving the state, the end of its task, or the clock of its promise."""

    STATE = "state", _("State")
    TASK = "task", _("Task")
    SLA = "sla", _("Promise")


class DefinitionStatus(TextChoices):
    DRAFT = "draft", pgettext_lazy("definition", "Draft")
    PUBLISHED = "published", pgettext_lazy("definition", "Published")
    RETIRED = "retired", pgettext_lazy("definition", "Retired")


class DefinitionSource(TextChoices):
    CODE = "code", pgettext_lazy("definition", "Code")
    DATA = "data", pgettext_lazy("definition", "Data")


class IncidentKind(TextChoices):
    EFFECT = "effect", _("Effect")
    TIMER = "timer", _("Timer")
    HISTORY = "history", _("History")


class IncidentStatus(TextChoices):
    OPEN = "open", pgettext_lazy("incident", "Open")
    RESOLVED = "resolved", pgettext_lazy("incident", "Resolved")
    SKIPPED = "skipped", pgettext_lazy("incident", "Skipped")


class TransferState(TextChoices):
    PREPARED = "prepared", pgettext_lazy("transfer", "Prepared")
    RUNNING = "running", pgettext_lazy("transfer", "Running")
    DONE = "done", pgettext_lazy("transfer", "Done")
    UNDONE = "undone", pgettext_lazy("transfer", "Undone")


class TransferItemState(TextChoices):
    WAITING = "waiting", pgettext_lazy("transfer", "Waiting")
    MOVED = "moved", pgettext_lazy("transfer", "Moved")
    LEFT = "left", pgettext_lazy("transfer", "Left as it is")
    RETURNED = "returned", pgettext_lazy("transfer", "Moved back")


class TransferTimers(TextChoices):
    """What becomes of the timers of records that move to another version."""

    KEEP = "keep", _("Keep: what runs goes on to its time, what is new counts from now")
    RESTART = "restart", _("Restart: everything counts from now")
    RECOMPUTE = "recompute", _("Recompute: as if the new version had always been there")


class TransferOverdue(TextChoices):
    """What becomes of timers whose time, counted anew, has passed already."""

    SEND = "send", _("Do it at once")
    SPREAD = "spread", _("Spread it over some hours")
    SKIP = "skip", _("Skip it this time")
