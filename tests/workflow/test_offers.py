"""`can`: what the buttons show."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import can, fire, fire_many, form_for, start
from modules.workflow.publishing import graph_from, publish, save_draft
from tests.factories.accounts import UserFactory
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel, Stamp
from tests.workflow.conftest import as_actor, in_state
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import data_of, repairs_running, somebody

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


def offers(parcel: Parcel, actor: Actor, at: datetime) -> list[tuple[str, bool]]:
    return [(offer.transition, offer.allowed) for offer in can([parcel], actor, at)[parcel.pk]]


def test_each_actor_is_offered_what_is_theirs(parcel: Parcel, clerk: User, customer: User, at: datetime) -> None:
    assert offers(parcel, as_actor(customer), at) == [("cancel", True)]
    assert offers(parcel, as_actor(clerk), at) == [("pack", True), ("cancel", True)]
    assert offers(parcel, SYSTEM, at) == [("pack", True), ("hand_over", True), ("cancel", True)]
    assert offers(parcel, Actor.guest(), at) == []
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    assert offers(parcel, as_actor(clerk), at) == [("send_off", True), ("restamp", True), ("cancel", True)]


def test_a_button_carries_its_words_and_a_refused_one_its_reasons(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcel = make_parcel(weight=2001)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    for number in range(3):
        Stamp.objects.create(record_id=parcel.pk, key=str(number))
    found = {offer.transition: offer for offer in can([parcel], as_actor(clerk), at)[parcel.pk]}
    assert (found["send_off"].allowed, found["send_off"].reasons) == (False, ("Too heavy by 1 g", "Stamped too often"))
    cancel = found["cancel"]
    assert (cancel.title, cancel.confirm, cancel.destructive, cancel.form) == (
        "Cancel the parcel",
        "Really?",
        True,
        "tests.workflow.app.CancelReason",
    )


def test_fifty_records_cost_as_many_queries_as_one(make_parcel: Make, clerk: User, at: datetime) -> None:
    parcels = [make_parcel() for _ in range(50)]
    for parcel in parcels[::2]:
        fire(parcel, "hand_over", actor=SYSTEM, at=at)

    def queries(group: list[Parcel]) -> int:
        actor = as_actor(clerk)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(can(group, actor, at)) == len(group)
        return len(captured)

    # Permissions of the person (two), roles (one), facts (one).
    assert (queries(parcels[:1]), queries(parcels)) == (4, 4)
    assert can([], as_actor(clerk), at) == {}


def test_guards_are_told_the_facts_that_each_records_own_version_asks_for(
    make_parcel: Make, clerk: User, at: datetime
) -> None:
    """The present version asks for no facts any more; the guard of a parcel on the one before still reads them."""
    old = in_state(make_parcel, "packed")
    flow = ParcelFlow.flow
    ways = tuple(replace(way, guards=()) if way.key == "send_off" else way for way in flow.graph.transitions)
    flow.use(replace(flow.graph, version=4, facts="", transitions=ways))
    try:
        new = in_state(make_parcel, "packed")
        for number in range(3):
            Stamp.objects.create(record_id=old.pk, key=f"more {number}")
        found = can([new, old], as_actor(clerk), at)
    finally:
        flow.forget()
    reasons = {record.pk: offer.reasons for record in (old, new) for offer in found[record.pk][:1]}
    assert reasons == {old.pk: ("Stamped too often",), new.pk: ()}


def test_a_form_is_made_for_its_record(parcel: Parcel) -> None:
    assert form_for(parcel, "pack").fields["weight"].initial == 500
    assert form_for(parcel, "hand_over") is None
    bound: Any = form_for(parcel, "pack", {"weight": "0"})
    assert bound.errors["weight"]


def test_why_not_of_conditions_that_follow_relations_costs_the_same_for_fifty(at: datetime) -> None:
    """As data, with the values that they look at and who could change them."""
    with repairs_running(at):
        data = data_of(2)
        named = {"expression": "record.customer.name == 'Ines'", "words": "Only Ines' requests."}
        data["transitions"][1]["guards"].append(named)
        publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
        customers = [UserFactory.create(name=f"Customer {number}") for number in range(50)]
        rows = [RepairRequest.objects.create(title="Roof", cost=700, customer=customer) for customer in customers]
        clerk = somebody("clerk", "Carla")
        for record in rows:
            start(record, actor=SYSTEM, at=at)
        fire_many(rows, "take_up", actor=as_actor(clerk), at=at)

        def asked(many: int) -> tuple[int, dict[str, Any]]:
            group = list(RepairRequest.objects.order_by("pk")[:many])
            actor = as_actor(User.objects.get(pk=clerk.pk))
            with CaptureQueriesContext(connection) as captured:
                found = can(group, actor, at)
            return len(captured), found[group[-1].pk][0].as_data()

        one, fifty = asked(1), asked(50)
    assert one[0] == fifty[0] <= 4
    reasons = fifty[1]["reasons"]
    assert json.loads(json.dumps(fifty[1])) == fifty[1]
    assert [(reason["text"], list(reason["values"].values())) for reason in reasons] == [
        ("Above 500 a manager has the last word.", ["700"]), ("Only Ines' requests.", ["Customer 49"]),
    ]  # fmt: skip
