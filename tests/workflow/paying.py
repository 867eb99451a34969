"""A voyage that is paid and sent: the workflow of the tests about events."""

from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.db.models import TextChoices

from modules.core.actors import SYSTEM
from modules.workflow.api import (
    Firing,
    Workflow,
    deliver,
    event,
    guard,
    hours,
    role,
    start,
    task,
    timer,
    transition,
)
from tests.workflow.app.models import Stamp
from tests.workflow.app.voyages import Voyage


class S(TextChoices):
    DRAFT = "draft", "Draft"
    UNPAID = "unpaid", "Unpaid"
    PAID = "paid", "Paid"
    SENT = "sent", "Sent"
    LAPSED = "lapsed", "Lapsed"


class Payment(forms.Form):
    amount = forms.IntegerField(min_value=1)


def stamp(record: Any, firing: Firing) -> None:
    Stamp.objects.create(record_id=record.pk, key=firing.key, word=firing.transition)


def break_down(voyage: Voyage, firing: Firing) -> None:
    Stamp.objects.create(record_id=voyage.pk, key=firing.key)
    raise ZeroDivisionError("always")


def call_back(voyage: Voyage, firing: Firing) -> None:
    assert deliver("payment", voyage.number, at=firing.at) is None


@guard("No customer count")
def has_count(voyage: Voyage, facts: None) -> bool:
    return voyage.count > 0


@pytest.fixture(name="flow")
def flow_here() -> type[Workflow[Any]]:
    class VoyageFlow(Workflow[Voyage]):
        """A voyage that is paid and sent."""

        key, states, initial, final = "voyages.events", S, S.DRAFT, {S.SENT, S.LAPSED}

        ask = transition(S.DRAFT, to=S.UNPAID, by=SYSTEM)
        work = task(S.UNPAID, to_do="Remind", assign=role("parcels.clerk"))
        pay = event(S.UNPAID, to=S.PAID, on="payment", match="number", form=Payment, do=[stamp])
        send = event(S.PAID, to=S.SENT, on="shipment", match="number")
        drop = transition(S.UNPAID, to=S.LAPSED, by=SYSTEM)
        lapse = timer(S.UNPAID, to=S.LAPSED, after=hours(4))

    return VoyageFlow


@pytest.fixture(name="voyage")
def voyage_here(flow: Any, at: datetime) -> Voyage:
    made = Voyage.objects.create(number="V-7")
    start(made, actor=SYSTEM, at=at)
    return made
