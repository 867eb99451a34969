"""What was done with a task, as the middle of a sentence."""

from django.utils.translation import gettext as _

from modules.workflow.choices import TaskDeed
from modules.workflow.graph import TaskNode
from modules.workflow.models import HistoryEntry


def about_task(node: TaskNode, entry: HistoryEntry, deed: str, step: str, who: str) -> str:
    """Who did what with the task, and with whom."""
    person, data = str(entry.data.get("person") or ""), entry.data
    outcomes = {end.name: str(end.title) for end in node.outcomes}
    facts = {
        "who": who,
        "task": node.title,
        "step": step,
        "person": person or _("somebody"),
        "outcome": outcomes.get(str(data.get("outcome")), data.get("outcome", "")),
        "email": data.get("email", ""),
    }
    return _words(deed).format(**facts)


def _words(deed: str) -> str:
    return {
        TaskDeed.CLAIM.value: _("{who} took the task “{task}”"),
        TaskDeed.RELEASE.value: _("{who} gave the task “{task}” back"),
        TaskDeed.ASSIGN.value: _("{who} gave the task “{task}” to {person}"),
        TaskDeed.DELEGATE.value: _("{who} delegated the task “{task}” to {person}"),
        TaskDeed.RETURN.value: _("{who} proposed “{outcome}” for “{task}”"),
        TaskDeed.RECALL.value: _("{who} took the task “{task}” back from whom it was given to"),
        TaskDeed.ADD.value: _("{who} asked {person} too about “{task}”"),
        TaskDeed.VOTE.value: _("{who} answered “{outcome}” to “{task}”"),
        TaskDeed.ASK.value: _("{who} asked {person} about “{task}”"),
        TaskDeed.ANSWER.value: _("{who} answered the question about “{task}”"),
        TaskDeed.STAND_IN.value: _("the task “{task}” went to the substitute"),
        TaskDeed.HAND_BACK.value: _("the task “{task}” came back from the substitute"),
        TaskDeed.DONE_FOR.value: _("{who} did “{task}” for {person}"),
        TaskDeed.PASS_ON.value: _("the task “{task}” was passed on, because {person} has left"),
        TaskDeed.ESCALATE.value: _("the task “{task}” was handed up"),
        TaskDeed.INVITE.value: _("{who} sent a new link for “{task}” to {email}"),
        TaskDeed.REVOKE.value: _("{who} withdrew the link for “{task}” of {email}"),
    }.get(deed, _("{who} answered “{step}”"))
