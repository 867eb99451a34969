"""Through whose hands a task goes: what is said of it beside its title, and what else its reader may do with it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from modules.core.actors import Actor
from modules.workflow.graph import TaskNode
from modules.workflow.models import Task
from modules.workflow.people.deciding import takes_votes
from modules.workflow.people.rights import may_change
from modules.workflow.services import waiting_for
from modules.workflow.services.giving import recallable

LOADED = ("person", "delegated_by", "stands_in_for", "asked_by")


class Deed(NamedTuple):
    """What may be done with a task beside finishing it, and where."""

    title: str
    url: str


class Hands(NamedTuple):
    """What is said of a task and what may be done with it."""

    notes: Sequence[str]
    deeds: Sequence[Deed]


def hands_of(tasks: Sequence[Task], actor: Actor, *, recalls: bool = False) -> "Circumstances":
    """What has to be read about many tasks, in a query or two; `recalls` also who gave them away."""
    given = recallable(tasks, actor) if recalls else frozenset()
    return Circumstances(actor, waiting_for(tasks), given)


class Circumstances:
    """What is known of several tasks, asked one by one."""

    def __init__(self, actor: Actor, waiting: Mapping[int, Task], given: frozenset[int]) -> None:
        self.actor, self.waiting, self.given = actor, waiting, given

    def of(self, task: Task, node: TaskNode | None, record: Any, query: str = "") -> Hands:
        """Of one task; without its record nothing can be done."""
        notes = notes_of(task, node, self.waiting.get(task.pk))
        if record is None:
            return Hands(notes, ())
        named = dict(self._deeds(task, node, record))
        return Hands(notes, [Deed(title, address(task, deed, query)) for deed, title in named.items()])

    def _deeds(self, task: Task, node: TaskNode | None, record: Any) -> Sequence[tuple[str, str]]:
        is_mine = self.actor.user_id is not None and task.person_id == self.actor.user_id
        changes = may_change(record, self.actor)
        found = []
        if task.question:
            found += [("answer", _("Answer"))] if is_mine else []
        elif is_mine:
            found += [] if task.delegated_by_id else [("delegate", pgettext("task", "Delegate"))]
            found += [] if task.pk in self.waiting else [("ask", _("Ask back"))]
        if not task.question and node is not None and takes_votes(node) and (is_mine or changes):
            found.append(("add", _("Ask one more person")))
        if task.pk in self.given:
            found.append(("recall", pgettext("task", "Take back")))
        if task.email and changes:
            found += [("renew", _("Send a new link")), ("revoke", _("Withdraw the link"))]
        return found


def address(task: Task, deed: str, query: str = "") -> str:
    """Where a deed is done; `query` is how the inbox was left."""
    url = reverse("workflow:task_hand", args=[task.pk, deed])
    return f"{url}?{query}" if query else url


def notes_of(task: Task, node: TaskNode | None, waiting: Task | None) -> list[str]:
    """From whom, for whom, what is proposed, what it waits for."""
    found = []
    if task.question and task.asked_by is not None:
        found.append(_("{who} asks: {question}").format(who=called(task.asked_by), question=task.question))
    if task.delegated_by is not None:
        found.append(_("From {who}, who confirms it").format(who=called(task.delegated_by)))
    if task.stands_in_for is not None:
        found.append(_("For {who}, who is away").format(who=called(task.stands_in_for)))
    if task.proposal:
        titles = {end.name: str(end.title) for end in node.outcomes} if node is not None else {}
        found.append(_("Proposed: {outcome}").format(outcome=titles.get(task.proposal, task.proposal)))
    if waiting is not None and waiting.person is not None:
        told = _("Waits for the answer of {who}: {question}")
        found.append(told.format(who=called(waiting.person), question=waiting.question))
    return found


def called(person: Any) -> str:
    """A person by name where there is one."""
    return str(person.name or person.email)
