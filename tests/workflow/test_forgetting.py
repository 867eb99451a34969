"""F53: a person whose data are removed is in no step, task or link any more, and the history still proves itself."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.db.models import Max

from modules.accounts.models import User
from modules.accounts.services import pseudonymise_user
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import claim, complete, fire, history_of
from modules.workflow.models import HistoryEntry, Seal, Task, TaskLink
from modules.workflow.sealing import breaks, seal_until
from modules.workflow.services import delegate
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor
from tests.workflow.offices import Office, review, role, seats, staff

pytestmark = pytest.mark.django_db
ADDRESS, NAME = "Ana.Ruiz@example.test", "Ana Ruiz"


def seal(at: datetime) -> None:
    seal_until(HistoryEntry.objects.aggregate(newest=Max("pk"))["newest"], at=at)


def everything() -> str:
    """All that the engine keeps in rows, as text."""
    rows = [list(table.objects.order_by("pk").values()) for table in (HistoryEntry, Task, TaskLink)]
    return json.dumps(rows, default=str, ensure_ascii=False).lower()


def forgotten(person: User, at: datetime) -> None:
    """Was named before, is not after; the seals made before hold."""
    seal(at)
    assert person.email in everything()
    pseudonymise_user(person, actor=SYSTEM, at=at)
    assert person.email not in everything()
    assert NAME.lower() not in everything()
    assert list(breaks()) == []


@pytest.fixture
def ana() -> User:
    return UserFactory.create(email=ADDRESS.lower(), name=NAME)


def test_f53_a_customer_s_name_and_words_go_and_the_steps_stay(parcel: Parcel, ana: User, at: datetime) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(customer=ana)
    fire(Parcel.objects.get(pk=parcel.pk), "cancel", actor=Actor.of(ana), at=at, data={"reason": "I am ill"})
    forgotten(ana, at)
    entry = history_of(parcel).get(transition="cancel")
    assert (entry.actor_id, entry.actor_label, entry.reason) == (ana.pk, f"removed-{ana.pk}", "")
    assert (entry.target, entry.data["reason"]) == ("cancelled", "")


def test_f53_what_staff_wrote_stays_unless_it_names_the_person(slip_for: Office, at: datetime) -> None:
    luis, ana = staff("Luis Vega"), staff(NAME, email=ADDRESS.lower())
    (task,) = seats(slip := slip_for(review(role("person", "customer")), customer=luis))
    claim(task, actor=as_actor(luis), at=at)
    delegate(task, person=ana, actor=as_actor(luis), at=at)
    complete(task, "yes", actor=as_actor(ana), at=at, reason="Looks right")
    complete(task, "yes", actor=as_actor(luis), at=at, reason=f"As {NAME} says")
    before = {entry.pk: entry.data for entry in history_of(slip)}
    forgotten(ana, at)
    assert list(history_of(slip).exclude(reason="").values_list("reason", flat=True)) == ["Looks right"]
    for entry in history_of(slip):
        assert set(entry.data) == set(before[entry.pk])
        assert {name: value for name, value in entry.data.items() if value} == {
            name: value for name, value in before[entry.pk].items() if value and NAME not in str(value)
        }
    assert luis.email in everything()


def test_f53_somebody_outside_is_forgotten_with_their_link(slip_for: Office, ana: User, at: datetime) -> None:
    """The address of a link was a customer's: nobody is asked there any more."""
    (task,) = seats(slip_for(review(role("link", "customer__email")), customer=ana))
    assert (task.email, TaskLink.objects.get().email) == (ana.email, ana.email)
    forgotten(ana, at)
    task.refresh_from_db()
    assert task.email == f"removed-{ana.pk}@removed.invalid"
    assert TaskLink.objects.get().revoked_at == at


def test_f52_a_value_that_was_changed_instead_of_blanked_is_named(parcel: Parcel, ana: User, at: datetime) -> None:
    Parcel.objects.filter(pk=parcel.pk).update(customer=ana)
    fire(Parcel.objects.get(pk=parcel.pk), "cancel", actor=Actor.of(ana), at=at, data={"reason": "I am ill"})
    seal(at)
    entries = HistoryEntry.objects.filter(transition="cancel")
    written = entries.get().data
    for data in (written | {"reason": "I am fine"}, written | {"more": 1}, {"other": ""}):
        entries.update(data=data)
        assert [each.problem for each in breaks()] == ["changed"], data
    for data in (written | {"reason": ""}, {}):
        entries.update(data=data)
        assert list(breaks()) == []


def test_a_seal_of_an_older_version_which_has_one_digest_of_all_data_still_holds(parcel: Parcel, at: datetime) -> None:
    from modules.workflow import sealing

    fire(parcel, "cancel", actor=SYSTEM, at=at, data={"reason": "Broken"})
    seal(at)
    for seal_row in Seal.objects.all():
        rows: dict[str, Any] = {str(row["pk"]): row for row in sealing._rows()}
        digests = {pk: [*kept[:3], sealing._short(rows[pk]["data"])] for pk, kept in seal_row.digests.items()}
        digest = sealing._chained(seal_row.previous, seal_row.first_id, seal_row.last_id, digests)
        Seal.objects.filter(pk=seal_row.pk).update(digests=digests, digest=digest)
    assert list(breaks()) == []
    HistoryEntry.objects.filter(transition="cancel").update(data={"reason": "Other"})
    assert [each.problem for each in breaks()] == ["changed"]
