"""The workflow of a parcel: every kind of rule that the engine knows, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from modules.core.money import Money
from modules.core.outbox import send
from modules.workflow.api import (
    OWNER,
    SYSTEM,
    Firing,
    Reason,
    Staff,
    Workflow,
    automatic,
    days,
    go,
    guard,
    hours,
    person,
    role,
    stay,
    task,
    timer,
    transition,
)
from tests.workflow.app.forms import CancelReason, Weighing
from tests.workflow.app.models import Letter, Parcel, Stamp
from tests.workflow.app.models import LetterState as L
from tests.workflow.app.models import ParcelState as S


@dataclass(frozen=True)
class Facts:
    stamps: int


def parcel_facts(parcels: Sequence[Parcel], at: datetime) -> Mapping[int, Facts]:
    """How often effects have stamped each parcel."""
    ids = [parcel.pk for parcel in parcels]
    counted = dict(
        Stamp.objects.filter(record_id__in=ids).values_list("record_id").annotate(Count("pk")).order_by("record_id")
    )
    return {pk: Facts(counted.get(pk, 0)) for pk in ids}


@guard("Too heavy by {excess} g", negated="This parcel is light enough")
def is_light(parcel: Parcel, facts: Facts) -> bool | Reason:
    return parcel.weight <= 2000 or Reason(excess=parcel.weight - 2000)


@guard("Stamped too often")
def is_fresh(parcel: Parcel, facts: Facts) -> bool:
    return facts.stamps < 3


@guard("Not fragile")
def is_fragile(parcel: Parcel, facts: Facts) -> bool:
    return parcel.is_fragile


def stamp(parcel: Parcel, firing: Firing) -> None:
    Stamp.objects.create(record_id=parcel.pk, key=firing.key, word=firing.transition)


def tell_world(parcel: Parcel | Letter, firing: Firing) -> None:
    send("parcels.tell", {"parcel": parcel.pk}, key=firing.key, at=firing.at, record=parcel)


def note_weight(parcel: Parcel, firing: Firing) -> None:
    parcel.weight = firing.data["weight"]
    parcel.price = Money(firing.data["weight"] * 2, "EUR")
    parcel.packed_at = firing.at
    parcel.save(update_fields=["weight", "price", "packed_at"])


def explode(parcel: Parcel, firing: Firing) -> None:
    raise ZeroDivisionError("this effect always fails")


class ParcelFlow(Workflow[Parcel]):
    """A parcel from order to arrival."""

    key, version = "parcels.parcel", 3
    states, initial, final = S, S.ORDERED, {S.ARRIVED, S.CANCELLED}
    owner = "customer"
    facts = parcel_facts

    look_over = task(
        S.INSPECTED,
        to_do="Look the parcel over",
        assign=role("parcels.inspector"),
        due=hours(4),
        outcomes={"sound": stay(), "broken": go(S.CANCELLED, "Broken")},
    )
    wrap = task(S.ORDERED, to_do="Wrap it", assign=person("packer"))
    pack = transition(
        S.ORDERED, to=S.PACKED, by=Staff("parcels.pack_parcel"), form=Weighing, do=[note_weight], completes=wrap
    )
    hand_over = transition(S.ORDERED, to=S.PACKED, by=SYSTEM, do=[stamp, tell_world])
    send_off = transition(
        S.PACKED, S.INSPECTED, to=S.SENT, by=Staff("parcels.send_parcel"), when=[is_light, is_fresh], do=[tell_world]
    )
    inspect = automatic(S.PACKED, to=S.INSPECTED, when=is_fragile)
    restamp = transition(S.PACKED, to=S.PACKED, by=[SYSTEM, role("parcels.clerk")], do=[stamp])
    lose = timer(S.SENT, to=S.LOST, after=days(7), do=[stamp, tell_world])
    give_up = timer(S.LOST, to=S.CANCELLED, after=days(30), when=is_light)
    arrive = transition(S.SENT, S.LOST, to=S.ARRIVED, by=[OWNER, SYSTEM], do=[stamp])
    burn = transition(S.SENT, to=S.LOST, by=SYSTEM, do=[stamp, explode])
    cancel = transition(
        S.ORDERED,
        S.PACKED,
        to=S.CANCELLED,
        by=[OWNER, Staff("parcels.cancel_parcel")],
        form=CancelReason,
        title="Cancel the parcel",
        confirm="Really?",
        destructive=True,
    )


@guard("Has no weight")
def has_weight(letter: Letter, facts: None) -> bool:
    return letter.weight > 0


@guard("Too heavy by {excess} g")
def is_within_limit(letter: Letter, facts: None) -> bool | Reason:
    return letter.weight <= 2000 or Reason(excess=letter.weight - 2000)


class LetterFlow(Workflow[Letter]):
    """A letter: what the benchmarks measure."""

    key, version = "parcels.letter", 1
    states, initial, final = L, L.WRITTEN, {L.GONE}

    post = transition(L.WRITTEN, to=L.POSTED, by=SYSTEM, do=[tell_world])
    weigh = transition(L.WRITTEN, to=L.WEIGHED, by=SYSTEM, when=[has_weight, is_within_limit])
    forget = timer(L.WEIGHED, to=L.GONE, after=days(7))
    deliver = transition(L.POSTED, to=L.GONE, by=SYSTEM)
