"""The life of a ${noun}."""

from django.utils.translation import gettext_lazy as _

from modules.${module}.choices import ${Record}State as S
from modules.${module}.forms import RejectReason
from modules.${module}.messages import ${Record}Done, ${Record}Rejected, ${Record}Submitted
from modules.${module}.models import ${Record}
from modules.${module}.rules import has_details
from modules.workflow.api import OWNER, Staff, Workflow, tell, transition


class ${Record}Flow(Workflow[${Record}]):
    """From a draft to an answer."""

    key, version, title = "${module}.${model}", 1, _("${Noun}")
    states, initial, final = S, S.DRAFT, {S.DONE, S.REJECTED}
    owner = "customer"
    looks = {
        S.DRAFT: ("neutral", "pencil"),
        S.SUBMITTED: ("info", "inbox"),
        S.DONE: ("success", "check-circle"),
        S.REJECTED: ("danger", "x-circle"),
    }

    submit = transition(
        S.DRAFT, to=S.SUBMITTED, by=OWNER, when=has_details, title=_("Submit"), do=[tell(${Record}Submitted)]
    )
    finish = transition(
        S.SUBMITTED, to=S.DONE, by=Staff("${module}.finish_${record}"), title=_("Finish"), do=[tell(${Record}Done)]
    )
    reject = transition(
        S.SUBMITTED, to=S.REJECTED, by=Staff("${module}.reject_${record}"), form=RejectReason, title=_("Reject"),
        destructive=True, do=[tell(${Record}Rejected)],
    )  # fmt: skip
