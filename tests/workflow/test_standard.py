"""The actions that every workflow in data may use: writing fields, telling people."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import timezone

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.models import OutboxMessage
from modules.core.money import Money
from modules.notifications import telling
from modules.notifications.models import Notification
from modules.workflow.expressions import ExpressionError
from modules.workflow.vocabulary.effects import Firing
from modules.workflow.vocabulary.standard import clear_field, notify, set_field
from tests.factories.people import UserFactory
from tests.workflow.app.models import Parcel, Slip
from tests.workflow.conftest import role_group

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def firing(facts: Any = None, key: str = "parcels.parcel:1:1", actor: Actor | None = None) -> Firing:
    return Firing("ask", "a", "b", actor or Actor.guest(), AT, key, "", {}, lambda: facts)


@pytest.fixture
def parcel(customer: User) -> Parcel:
    return Parcel.objects.create(customer=customer, weight=500, price=Money(1290, "EUR"), state="ordered")


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("weight", 3, 3),
        ("weight", "=record.weight * 2", 1000),
        ("weight", "=facts.grams", 77),
        ("price", "=record.price + 10", Money(1300, "EUR")),
        ("is_fragile", "=record.weight > 400", True),
        ("packed_at", "=now", AT),
        ("packed_at", "=null", None),
        ("labels", "=['a', actor.kind]", ["a", "guest"]),
        ("labels", ["x"], ["x"]),
    ],
)
def test_a_field_is_set_to_a_value_or_to_what_an_expression_comes_to(
    parcel: Parcel, name: str, value: object, held: object
) -> None:
    set_field(parcel, firing({"grams": 77}), field=name, value=value)
    assert getattr(Parcel.objects.get(pk=parcel.pk), name) == held


def test_a_text_may_begin_with_the_sign_of_expressions(parcel: Parcel) -> None:
    set_field(parcel, firing(), field="labels", value="==sum")
    assert Parcel.objects.get(pk=parcel.pk).labels == "=sum"


def test_a_date_is_the_day_where_the_business_is(customer: User, settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = settings.TIME_ZONE = "Europe/Madrid"
    slip = Slip.objects.create(customer=customer, state="draft")
    for viewer in ("Europe/Madrid", "America/New_York", "Asia/Tokyo"):
        with timezone.override(viewer):
            set_field(slip, firing(), field="promised_on", value="=timestamp('2026-11-21T23:30:00Z')")
            assert Slip.objects.get(pk=slip.pk).promised_on == date(2026, 11, 22)
            set_field(slip, firing(), field="promised_on", value="=record.promised_on")
            assert Slip.objects.get(pk=slip.pk).promised_on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "lost"), ("revision", 1), ("customer", 1), ("weight", "much"), ("weight", -1), ("weight", "='much'"),
     ("weight", "=record.weight / 0"), ("packed_at", "yesterday"), ("nothing", 1)],
)  # fmt: skip
def test_what_a_field_does_not_take_is_refused_in_words(parcel: Parcel, name: str, value: object) -> None:
    with pytest.raises(ExpressionError) as caught:
        set_field(parcel, firing(), field=name, value=value)
    assert str(caught.value)
    assert Parcel.objects.get(pk=parcel.pk).weight == 500


def test_a_field_is_emptied(parcel: Parcel) -> None:
    parcel.packed_at = AT
    parcel.save()
    clear_field(parcel, firing(), field="packed_at")
    clear_field(parcel, firing(), field="weight")
    again = Parcel.objects.get(pk=parcel.pk)
    assert (again.packed_at, again.weight) == (None, 0)


def told() -> list[tuple[str, str, str]]:
    """Work what was asked for: who was told what."""
    for row in OutboxMessage.objects.filter(effect="notifications.tell").order_by("pk"):
        given = row.payload
        telling.tell(
            message_key=given["message"], record_id=given["record_id"], facts=given["facts"], dedupe_key=row.key, at=AT
        )
    return list(Notification.objects.order_by("pk").values_list("email", "title", "text"))


def test_the_owner_is_told_in_the_owner_s_language(parcel: Parcel, customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(language="es")
    notify(parcel, firing({"carrier": "MRW"}), to="owner", title="{{ record.price }}", body="By {{ facts.carrier }}.")
    assert told() == [(customer.email, "12,90\xa0€", "By MRW.")]


def test_roles_and_people_are_told_once_for_each_firing(parcel: Parcel) -> None:
    clerk, packer = UserFactory.create(is_staff=True), UserFactory.create(is_staff=True)
    clerk.groups.add(role_group("parcels.clerk"))
    parcel.packer = packer
    for _again in range(2):
        notify(parcel, firing(), to="role:parcels.clerk", title="Heavy", body="{{ record.weight }} g")
        notify(parcel, firing(), to="person:packer", title="Yours", body="{{ record.weight }} g")
    parcel.save()
    assert told() == [(clerk.email, "Heavy", "500 g"), (packer.email, "Yours", "500 g")]
    assert {entry.message for entry in Notification.objects.all()} == {"workflow.told_staff"}


def test_an_expression_says_who_is_told(parcel: Parcel, customer: User) -> None:
    rule = "=record.weight > 100 ? ['person:' + record.customer.email] : ['role:parcels.clerk']"
    notify(parcel, firing(), to=rule, title="T", body="B")
    assert told() == [(customer.email, "T", "B")]


def test_nobody_there_is_told_nothing(parcel: Parcel) -> None:
    notify(parcel, firing(), to="person:packer", title="T", body="B")
    assert told() == []


def test_f47_what_a_customer_wrote_is_escaped_in_the_mail(parcel: Parcel, customer: User) -> None:
    parcel.labels = ["<img src=x onerror=alert(1)>{{ record.price }}"]
    notify(parcel, firing(), to="owner", title="T", body="{{ record.labels | first }}")
    assert told() == [(customer.email, "T", "<img src=x onerror=alert(1)>{{ record.price }}")]
    html = Notification.objects.get().deliveries.get(channel="email").html
    assert "&lt;img src=x" in html
    assert "<img src=x" not in html
