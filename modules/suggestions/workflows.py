"""The life of a suggestion."""

from django.utils.translation import gettext_lazy as _

from modules.suggestions.messages import SuggestionBought, SuggestionDeclined, SuggestionLate
from modules.suggestions.models import Suggestion
from modules.suggestions.models import SuggestionState as S

from modules.workflow.api import (  # isort: skip
    LINK, MAJORITY, OWNER, Workflow, automatic, business_hours, days, escalation, expression, go, link_to, members,
    repeat, role, sla, task, tell, timer, transition,
)  # fmt: skip

BUYER, MANAGER = role("suggestions.buyer"), role("suggestions.manager")
BUYERS, HIGHER_UP, LATE = [BUYER, MANAGER], [escalation(business_hours(24), to=MANAGER)], [tell(SuggestionLate)]


class SuggestionFlow(Workflow[Suggestion]):
    """From a wish to a film in the shop."""

    key, version, title, owner = "suggestions.suggestion", 1, _("Suggestion"), "customer"
    description = _("Staff vote, a buyer finds the price, another checks dear ones, the customer confirms; we buy.")
    states, initial, final = S, S.VOTING, {S.BOUGHT, S.DECLINED, S.WITHDRAWN}
    looks = {
        S.VOTING: ("info", "hand-raised"), S.PRICING: ("info", "banknotes"), S.CHECKING: ("info", "eye"),
        S.ASKING: ("warning", "question-mark-circle"), S.WANTED: ("info", "shopping-cart"), S.REFUSED: "danger",
        S.BOUGHT: ("success", "check-circle"), S.DECLINED: "danger", S.WITHDRAWN: "neutral",
    }  # fmt: skip

    voting = task(
        S.VOTING, to_do=_("Vote: should we sell it?"), assign=members("suggestions.staff"), decide=MAJORITY,
        due=business_hours(16), remind=[business_hours(8), business_hours(16)],
        outcomes={"yes": go(S.PRICING, _("Sell it")), "no": go(S.REFUSED, _("Leave it"))},
    )  # fmt: skip
    pricing = task(S.PRICING, to_do=_("Find the price"), assign=BUYER, due=business_hours(16), escalate=HIGHER_UP)
    price = transition(S.PRICING, to=S.CHECKING, by=BUYERS, asks=["cost"], completes=pricing, title=_("Enter the cost"))
    refuse = transition(S.PRICING, to=S.REFUSED, by=BUYERS, asks=["answer"], completes=pricing, title=_("Do not buy"))
    is_cheap = automatic(S.CHECKING, to=S.ASKING, when=expression("record.cost <= 4000"), title=_("Within the limit"))
    checking = task(
        S.CHECKING, to_do=_("Check the cost"), assign=BUYER, not_same_as="price", due=business_hours(16),
        escalate=HIGHER_UP, outcomes={"approve": go(S.ASKING, _("Approve")), "too_dear": go(S.REFUSED, _("Too dear"))},
    )  # fmt: skip
    asking = task(S.ASKING, to_do=_("Do you still want it?"), assign=link_to("email"), remind=[days(3), days(9)])
    confirm = transition(S.ASKING, to=S.WANTED, by=[LINK, OWNER], completes=asking, title=_("Yes, I would buy it"))
    drop = transition(S.ASKING, to=S.WITHDRAWN, by=[LINK, OWNER], completes=asking, title=_("Not any more"))
    lapse = timer(S.ASKING, to=S.WITHDRAWN, after=days(14), title=_("No answer for two weeks"))
    buying = task(S.WANTED, to_do=_("Buy it"), assign=BUYER, due=business_hours(24))
    buy = transition(S.WANTED, to=S.BOUGHT, by=BUYERS, completes=buying, do=[tell(SuggestionBought)], title=_("Bought"))
    nag = repeat(S.WANTED, after=business_hours(24), every=business_hours(16), do=LATE, title=_("Still to be bought"))
    decline = automatic(S.REFUSED, to=S.DECLINED, do=[tell(SuggestionDeclined)], undo=(), title=_("Customer is told"))
    withdraw = transition(
        S.VOTING, S.PRICING, S.CHECKING, to=S.WITHDRAWN, by=OWNER, title=_("Withdraw"), destructive=True
    )
    promise = sla(
        S.VOTING, S.PRICING, S.CHECKING, S.WANTED, within=business_hours(80), warn=business_hours(64),
        paused_in=[S.ASKING], on_breach=LATE, title=_("Decided and bought in two weeks"),
    )  # fmt: skip
