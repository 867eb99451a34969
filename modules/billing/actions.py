"""What the steps of a refund request do: database work in the step's transaction."""

from django.utils.translation import gettext_lazy as _

from modules.billing.models import RefundRequest
from modules.billing.services.refund_requests import give_up
from modules.billing.services.refund_requests import make_refunds as make_refunds_of
from modules.workflow.api import Firing, action


@action(_("Have the provider give the money back"))
def make_refunds(request: RefundRequest, firing: Firing) -> None:
    """Have the provider give the money back."""
    make_refunds_of(request, at=firing.at)


@action(_("Free what was held back"))
def let_go(request: RefundRequest, firing: Firing) -> None:
    """Free what was held back."""
    give_up(request)
