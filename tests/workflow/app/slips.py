"""The workflow of a refund slip: four eyes, due times from the record, a form on a task, steps to take back."""

from modules.workflow.api import (
    OWNER,
    SYSTEM,
    Firing,
    Workflow,
    after,
    at_date,
    automatic,
    days,
    go,
    guard,
    hours,
    minutes,
    role,
    stay,
    task,
    timer,
    transition,
)
from tests.workflow.app.flows import explode, stamp, tell_world
from tests.workflow.app.forms import Verdict
from tests.workflow.app.models import Slip, Stamp
from tests.workflow.app.models import SlipState as S

CLERK, INSPECTOR = role("parcels.clerk"), role("parcels.inspector")


@guard("Too much")
def is_small(slip: Slip, facts: None) -> bool:
    return slip.amount < 100


def unstamp(slip: Slip, firing: Firing) -> None:
    Stamp.objects.create(record_id=slip.pk, key=firing.key, word=f"not {firing.transition}")


def unstamp_twice(slip: Slip, firing: Firing) -> None:
    Stamp.objects.create(record_id=slip.pk, key=f"{firing.key}:2", word=f"not {firing.transition} 2")


class SlipFlow(Workflow[Slip]):
    """A refund slip from draft to paid."""

    key, version = "parcels.slip", 1
    states, initial, final = S, S.DRAFT, {S.PAID, S.DECLINED}
    owner = "customer"

    prepare = task(S.DRAFT, to_do="Prepare the slip", assign=CLERK, due=at_date("promised_on"))
    ask = transition(
        S.DRAFT, to=S.ASKED, by=[CLERK, OWNER, SYSTEM], title="Ask for a refund", do=[stamp, tell_world],
        undo=[unstamp, unstamp_twice], hold=minutes(1), completes=prepare,
    )  # fmt: skip
    grow_old = timer(S.DRAFT, to=S.DECLINED, after=days(7))
    second = task(
        S.ASKED, to_do="Second pair of eyes", assign=INSPECTOR, due=after("asked_at", hours(48)), not_same_as="ask",
        form=Verdict, outcomes={"seen": stay("Seen", undo=()), "good": go(S.APPROVED, "Good", undo=())},
    )  # fmt: skip
    approve = transition(S.ASKED, to=S.APPROVED, by=[INSPECTOR, CLERK], not_same_as="ask", undo=())
    decline = transition(S.ASKED, to=S.DECLINED, by=CLERK, completes=second, do=[tell_world], undo=())
    forget = timer(S.ASKED, to=S.DECLINED, after=days(3))
    hurry = automatic(S.APPROVED, to=S.PAID, when=is_small, do=[stamp], undo=[unstamp])
    close = transition(S.APPROVED, to=S.PAID, by=CLERK, not_same_as=("second", "approve"))
    break_down = transition(S.APPROVED, to=S.DECLINED, by=CLERK, do=[explode])
