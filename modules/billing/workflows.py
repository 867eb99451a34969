"""The way of a refund that staff ask for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from modules.billing.actions import let_go, make_refunds
from modules.billing.choices import RefundRequestState as S
from modules.billing.forms import DeclineReason
from modules.billing.messages import RefundDeclined, RefundToApprove
from modules.billing.models import RefundRequest
from modules.workflow.api import (
    SYSTEM,
    Staff,
    Workflow,
    at_date,
    business_hours,
    guard,
    person,
    role,
    task,
    tell,
    transition,
)


@guard(
    _("This is more than one person may let go."), negated=_("One person may let this go."),
    changed_by=_("somebody else with the right to approve refunds"),
)  # fmt: skip
def is_within_limit(request: RefundRequest, facts: Any) -> bool:
    return request.is_within_limit


class RefundFlow(Workflow[RefundRequest]):
    """A refund from the question to the money."""

    key, version, title = "billing.refund", 2, _("Refund")
    description = _("Small refunds are made at once; larger ones need a second pair of eyes.")
    states, initial, final = S, S.REQUESTED, {S.DECLINED, S.FAILED}
    looks = {
        S.REQUESTED: ("info", "clock"),
        S.APPROVAL: ("warning", "eye"),
        S.APPROVED: ("info", "arrow-uturn-left"),
        S.DONE: ("success", "check-circle"),
        S.DECLINED: ("neutral", "x-circle"),
        S.FAILED: ("danger", "x-circle"),
    }

    second_pair = task(
        S.APPROVAL, to_do=_("Second pair of eyes"), assign=role("billing.manager"), due=business_hours(8),
        remind=[at_date("due_at")], not_same_as="request",
    )  # fmt: skip
    request = transition(
        S.REQUESTED, to=S.APPROVAL, by=Staff("billing.ask_refund"), when=~is_within_limit, do=[tell(RefundToApprove)],
        title=_("Ask for the refund"),
    )  # fmt: skip
    request_small = transition(
        S.REQUESTED, to=S.APPROVED, by=Staff("billing.ask_refund"), when=is_within_limit, do=[make_refunds],
        title=_("Refund within the limit"),
    )  # fmt: skip
    approve = transition(
        S.APPROVAL, to=S.APPROVED, by=Staff("billing.approve_refund"), completes=second_pair, not_same_as="request",
        do=[make_refunds], title=_("Approve"),
        confirm=_("The money goes back to the customer. This cannot be undone."),
    )  # fmt: skip
    decline = transition(
        S.APPROVAL, to=S.DECLINED, by=Staff("billing.approve_refund"), form=DeclineReason,
        do=[let_go, tell(RefundDeclined)], title=_("Decline"), destructive=True,
    )  # fmt: skip
    take_back = transition(
        S.APPROVAL, to=S.DECLINED, by=person("asked_by"), do=[let_go], title=_("Take the request back"),
        destructive=True, confirm=_("Nothing is refunded, and what was set aside is free again."),
    )  # fmt: skip
    overtake = transition(
        S.APPROVAL, to=S.DECLINED, by=SYSTEM, do=[let_go], title=_("Everything was refunded otherwise")
    )
    settle = transition(S.APPROVED, to=S.DONE, by=SYSTEM, title=_("The money has arrived"))
    fail = transition(S.APPROVED, S.DONE, to=S.FAILED, by=SYSTEM, title=_("The refund failed"))
