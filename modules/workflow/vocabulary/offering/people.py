"""Who may take a step or gets a task, and how long time waits, as something to choose with parameters."""

from django.utils.translation import gettext_lazy as _

from modules.workflow.vocabulary.offering.offered import Offered
from modules.workflow.vocabulary.parameters import Parameter, ParameterKind, Words


def _who(kind: str, title: Words, choose: str = "", asked: Words = "", *, text: ParameterKind = "text") -> Offered:
    value = Parameter("value", text, required=True, title=asked, choose=choose) if asked else None
    return Offered(kind, title, "", (value,) if value else (), {"kind": kind})


_ROLE, _FIELD = _("Role"), _("Field")
OWNER = _who("owner", _("Whoever it belongs to"))
EVERYWHERE = (
    OWNER,
    _who("role", _("Everybody with a role"), "roles", _ROLE),
    _who("person", _("The person in a field"), "persons", _FIELD),
)
STEP_ACTORS = (
    *EVERYWHERE,
    _who("staff", _("Staff with a permission"), "permissions", _("Permission")),
    _who("assignee", _("Who has the task"), "tasks", _("Task")),
    _who("link", _("Somebody outside, by a signed link"), "addresses", _FIELD),
    _who("system", _("The system")),
)
ASSIGNEES = (
    *EVERYWHERE,
    _who("round_robin", _("In turn"), "roles", _ROLE),
    _who("least_loaded", _("Who has least to do"), "roles", _ROLE),
    _who("members", _("Each of a role"), "roles", _ROLE),
    _who("manager", _("The manager of the person in a field"), "persons", _FIELD),
    _who("link", _("Somebody outside, by a signed link"), "addresses", _FIELD),
    _who("expression", _("Whom an expression names"), "", _("Expression"), text="assignees"),
)

_AMOUNT = Parameter("amount", "seconds", required=True, title=_("How long"), help=_("In seconds."))
_LATER = Parameter("amount", "seconds", required=False, default=0, title=_("So much later"),
                   help=_("In seconds; earlier with a minus."))  # fmt: skip
_DAYS = Parameter("days", "int", required=True, title=_("Days"), help=_("Of the calendar."))
_MONTHS = Parameter("months", "int", required=True, title=_("Months"))
_CALENDAR = Parameter("calendar", "text", required=True, title=_("Business calendar"), choose="calendars")
_MOMENT = Parameter("field", "field", required=True, title=_("Date or moment"), choose="moments")
WAITS = (
    Offered("elapsed", _("After a while"), "", (_AMOUNT,), {}),
    Offered("days", _("After days"), "", (_DAYS,), {}),
    Offered("months", _("After months"), "", (_MONTHS,), {}),
    Offered("open_time", _("After open time of the business"), "", (_CALENDAR, _AMOUNT), {}),
    Offered("date", _("At a date of the record"), "", (_MOMENT, _LATER), {}),
)

_COUNT = Parameter("count", "int", required=True, default=2, title=_("How many"))
_OVER = Parameter("over", "text", required=True, title=_("For each of"), choose="rows")
DECISIONS = (
    Offered("any", _("The first answer counts"), "", (), {"kind": "any"}),
    Offered("all", _("All must agree"), "", (), {"kind": "all"}),
    Offered("quorum", _("So many equal answers"), "", (_COUNT,), {"kind": "quorum"}),
    Offered("majority", _("More than half"), "", (), {"kind": "majority"}),
    Offered("sequence", _("One after the other"), "", (), {"kind": "sequence"}),
    Offered("each", _("One for each row"), "", (_OVER,), {"kind": "each"}),
)
