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


class AutomaticLoop(RuntimeError):
    """Automatic transitions chase each other: a mistake of the workflow, not of the person."""
