"""What a record's step asked of the world, and a later step made up for: it is not done any more.

Otherwise an effect that comes late, after pauses or because somebody tries a dead letter again, would happen after what
makes up for it.
"""

from django.utils.translation import gettext as _

from modules.core.models import OutboxMessage
from modules.core.outbox import objections
from modules.workflow.choices import COMPENSATE, START, UNDO
from modules.workflow.flows import Flow, find_flow
from modules.workflow.models import HistoryEntry
from modules.workflow.titles import step_title

TELL = "notifications.tell"
"""What people are told of a step stays true: it was taken."""


def entry_of(letter: OutboxMessage) -> HistoryEntry | None:
    """The step that wrote an outbox row, which its key names: `films.order:17:42`."""
    numbers = [part for part in letter.key.split(":") if part.isascii() and part.isdecimal()]
    about = {"record_type": letter.record_type, "record_id": letter.record_id}
    found = HistoryEntry.objects.filter(**about, pk__in=[int(number) for number in numbers if len(number) < 19])
    return found.order_by("-pk").first()


def called_off_by(letter: OutboxMessage) -> str:
    """The title of the step that made up for the one that wrote this row; nothing where none did."""
    flow = find_flow(letter.record_type) if letter.record_type and letter.record_id else None
    if flow is None or letter.effect == TELL or not _compensates(flow):
        return ""
    entry = entry_of(letter)
    if entry is None or entry.transition in (START, UNDO, COMPENSATE) or _is_compensating(flow, entry):
        return ""
    later = HistoryEntry.objects.filter(record_type=entry.record_type, record_id=entry.record_id, pk__gt=entry.pk)
    for step in later.order_by("pk"):
        if _is_compensating(flow, step):
            version = flow.version(step.workflow_version) or flow.current
            return step_title(version.graph, step.transition)
    return ""


def why_not(letter: OutboxMessage) -> str:
    """The same in a sentence."""
    step = called_off_by(letter)
    return _("“{step}” has called this off meanwhile, so it is not done any more.").format(step=step) if step else ""


def _compensates(flow: Flow) -> bool:
    """Whether any version of the workflow that is at work here has a step that makes up for others."""
    return any(way.compensates for version in flow.versions_here() for way in version.graph.transitions)


def _is_compensating(flow: Flow, entry: HistoryEntry) -> bool:
    graph = (flow.version(entry.workflow_version) or flow.current).graph
    return graph.has_transition(entry.transition) and graph.transition(entry.transition).compensates


objections.register("workflow.called_off", why_not)
