"""Expected refusals of the engine: typed, with a stable code and words for the person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.core.errors import Conflict, NotAllowed, Refusal


class Refused(Refusal):
    """A transition did not happen; the record is as it was."""

    code = "refused"


class WrongState(Refused):
    """The transition does not start in the record's state."""

    code = "wrong_state"
    words = _("“{transition}” is not possible in the state “{state}”.")


class Overtaken(WrongState, Conflict):
    """The record moved since the actor last saw it."""

    code = "overtaken"
    words = _("Meanwhile {who} did “{last}” ({time}). The state is now “{state}”.")


class AlreadyDone(Overtaken):
    """Somebody else did this very thing first."""

    code = "already_done"
    words = _("Already done by {who} at {time}.")


class Outdated(Refused, Conflict):
    """The record's content changed since the actor saw it."""

    code = "outdated"


class TransitionNotAllowed(Refused, NotAllowed):
    """The actor has no right to fire this, in whatever state."""

    code = "not_allowed"


class GuardRefused(Refused):
    """The record is in the right state, but something is missing; `reasons` say what, one sentence each."""

    code = "guard_refused"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


class SamePerson(Refused):
    """The actor did the step that this one checks; somebody else must do it (four eyes)."""

    code = "same_person"
    words = _("{who} did “{step}”; somebody else must do this.")


class NothingToUndo(Refused):
    """The record's last step is not one that can be taken back."""

    code = "nothing_to_undo"
    words = _("The last step cannot be taken back: “{last}” by {who} ({time}).")


class LeftTheHouse(Refused):
    """Somebody outside knows of the step already, or is being told."""

    code = "left_the_house"
    words = _("“{step}” cannot be taken back any more: it has left the house.")


class InvalidData(Refused):
    """The form has errors; `form` is bound and shows them."""

    code = "invalid_data"
    words = _("Look at the marked fields.")

    def __init__(self, form: forms.BaseForm) -> None:
        self.form = form
        super().__init__()

    @property
    def errors(self) -> dict[str, Any]:
        return dict(self.form.errors.get_json_data())


class RecordGone(Refused):
    """The record was deleted meanwhile."""

    code = "record_gone"
    words = _("This does not exist any more.")


class AlreadyStarted(Refused):
    """The record has been started before."""

    code = "already_started"
    words = _("This has been started already.")


class TaskClosed(Refused):
    """The task is not open any more."""

    code = "task_closed"
    words = _("This task is not open any more: {status}.")


class TaskTaken(Refused):
    """Another person claimed the task."""

    code = "task_taken"
    words = _("This task has been taken by {who}.")


class TaskNotYours(Refused, NotAllowed):
    """The task is for other people."""

    code = "task_not_yours"
    words = _("This task is for somebody else.")


class Unsuitable(Refused):
    """The person cannot be given the task."""

    code = "unsuitable"
    words = _("{who} does not do this kind of work.")


class NoReason(Refused):
    """Something out of the ordinary was asked for without saying why."""

    code = "no_reason"
    words = _("Say why: the reason is kept in the history.")


class SteppedOff(Refused, Conflict):
    """What should be tried again has been made up for by a later step."""

    code = "stepped_off"
    words = _("“{step}” has called this off meanwhile: trying again would do what was made up for. Leave it undone.")


class IncidentClosed(Refused):
    """Somebody has seen to the incident already, or it has mended itself."""

    code = "incident_closed"
    words = _("This has been seen to already: {status}.")


class UnknownState(Refused):
    """The record is there already, or its workflow has no such state."""

    code = "unknown_state"
    words = _("It cannot be moved to “{state}”.")


class EventTooLate(Refused):
    """An event for a record that cannot wait for it any more."""

    code = "event_too_late"
    words = _("“{event}” comes too late: the state is now “{state}”.")


class AlreadyAnswered(Refused):
    """The person has a seat in this decision, or has answered already."""

    code = "already_answered"
    words = _("{who} answers once, and not for somebody else as well.")


class NoDecision(Refused):
    """Nobody else can be asked: one person does the task alone."""

    code = "no_decision"
    words = _("One person does this task; delegate it or give it to somebody.")


class Delegated(Refused):
    """The task has been delegated to the actor, who cannot delegate it further."""

    code = "delegated"
    words = _("This has been delegated to you: do it or give it to somebody else.")


class NothingToRecall(Refused):
    """The actor is not the one who gave the task away last, or it has come back."""

    code = "nothing_to_recall"
    words = _("Only who gave a task away can take it back, as long as nobody else has given it further.")


class AlreadyAsking(Refused):
    """An answer is being waited for already."""

    code = "already_asking"
    words = _("A question about this is waiting for its answer already.")


class NobodyToAsk(Refused):
    """The record has no owner who could be asked."""

    code = "nobody_to_ask"
    words = _("There is nobody to ask: choose a person.")


class NothingSaid(Refused):
    """A question or an answer without words."""

    code = "nothing_said"
    words = _("Write something first.")


class AbsenceOverlaps(Refused):
    """The person is away at that time already."""

    code = "absence_overlaps"
    words = _("There is an absence from {since} to {until} already; choose other days or change that one.")


class NobodyStandsIn(Refused):
    """The substitute cannot be one."""

    code = "nobody_stands_in"
    words = _("{who} cannot stand in: choose a colleague with an open account.")


class WorkLinkUnknown(Refused):
    """The link was not made by us, somebody changed it, or it was withdrawn."""

    code = "work_link_unknown"
    words = _("This link does not work. Copy it again from the message.")


class WorkLinkExpired(Refused):
    """The link was made by us, too long ago."""

    code = "work_link_expired"
    words = _("This link has expired. Ask us for a new one.")


class Superseded(Refused):
    """The record runs on a version of its workflow that does not know the step."""

    code = "superseded"
    words = _("The workflow has changed: “{step}” is no step of it any more.")


class AutomaticLoop(RuntimeError):
    """Automatic transitions chase each other: a mistake of the workflow, not of the person."""


class NowhereToGo(Refused):
    """Nothing was chosen for the state that the record stands in."""

    code = "nowhere_to_go"
    words = _("For the state “{state}” of version {version} nothing was chosen.")


class HasMovedOn(Refused):
    """The record has gone on since it was moved to another version."""

    code = "has_moved_on"
    words = _("It has gone on since: “{step}” by {who} ({time}).")


class Unmapped(Refused):
    """A transfer cannot begin: records stand in states for which nothing was chosen."""

    code = "unmapped"
    words = _("Choose where the records go that stand in: {states}.")
