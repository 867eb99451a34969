"""Forms made from the fields that a transition asks for, and what they may write (F38)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from modules.accounts.models import User
from modules.core.money import Money
from modules.workflow.graph import Ask
from modules.workflow.vocabulary.asking import ENGINES_OWN, form_class_for, may_be_written, write_asked
from tests.workflow.app.models import Parcel, Slip

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcel() -> Parcel:
    return Parcel.objects.create(weight=500, price=Money(1290, "EUR"), state="ordered")


def bound(record: Any, asks: list[Ask], data: dict[str, Any] | None = None) -> Any:
    return form_class_for(type(record), asks)(data, record=record)


def test_it_asks_for_the_fields_with_their_kinds_and_what_they_hold(parcel: Parcel) -> None:
    form = bound(parcel, [Ask("weight"), Ask("price", required=False, title="What it costs"), Ask("is_fragile")])
    assert list(form.fields) == ["weight", "price", "is_fragile"]
    assert (form.fields["weight"].required, form.fields["price"].required) == (True, False)
    assert form.fields["price"].label == "What it costs"
    assert form["price"].value() == Money(1290, "EUR").major
    assert form["weight"].value() == 500


def test_moments_are_asked_for_with_the_browser_s_own_fields(parcel: Parcel) -> None:
    parcel.packed_at = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
    html = str(bound(parcel, [Ask("packed_at")])["packed_at"])
    assert 'type="datetime-local"' in html
    assert timezone.localtime(parcel.packed_at).strftime("%Y-%m-%dT%H:%M") in html
    form = bound(parcel, [Ask("packed_at")], {"packed_at": "2026-12-01T08:15"})
    assert form.is_valid()
    assert timezone.localtime(form.cleaned_data["packed_at"]).strftime("%d %H:%M") == "01 08:15"
    assert 'type="date"' in str(bound(Slip.objects.create(), [Ask("promised_on")])["promised_on"])


def test_what_is_filled_in_is_written_and_nothing_else(parcel: Parcel) -> None:
    asks = [Ask("weight"), Ask("price"), Ask("is_fragile")]
    form = bound(parcel, asks, {"weight": "700", "price": "20.00", "is_fragile": "on", "state": "lost", "revision": 9})
    assert form.is_valid(), form.errors
    write_asked(parcel, {**form.cleaned_data, "state": "lost", "labels": ["x"]}, asks)
    again = Parcel.objects.get(pk=parcel.pk)
    assert (again.weight, again.price, again.is_fragile) == (700, Money(2000, "EUR"), True)
    assert (again.state, again.labels) == ("ordered", [])


def test_required_and_optional(parcel: Parcel) -> None:
    assert set(bound(parcel, [Ask("weight"), Ask("packed_at")], {}).errors) == {"weight", "packed_at"}
    form = bound(parcel, [Ask("packed_at", required=False)], {})
    assert form.is_valid()
    write_asked(parcel, form.cleaned_data, [Ask("packed_at", required=False)])
    assert Parcel.objects.get(pk=parcel.pk).packed_at is None


@pytest.mark.parametrize("data", [{"weight": "-1"}, {"weight": "x"}, {"weight": str(2**70)}, {"weight": ""}])
def test_what_the_field_does_not_take_is_said_in_the_form(parcel: Parcel, data: dict[str, str]) -> None:
    assert "weight" in bound(parcel, [Ask("weight")], data).errors


def test_f38_what_is_the_engine_s_own_is_never_asked_nor_written(parcel: Parcel) -> None:
    asks = [Ask(name) for name in sorted(ENGINES_OWN | {"customer", "nothing"})]
    assert list(bound(parcel, asks).fields) == []
    before = Parcel.objects.values().get(pk=parcel.pk)
    write_asked(parcel, dict.fromkeys(before, 99) | {"customer": User(pk=7)}, asks)
    assert Parcel.objects.values().get(pk=parcel.pk) == before
    assert not any(
        may_be_written(Slip, name) for name in ("id", "pk", "state", "customer", "customer_id", "asked_at__x")
    )
    assert not any(may_be_written(User, name) for name in ("password", "is_superuser", "groups", "is_active"))


def test_a_rule_of_the_database_is_said_in_the_form(parcel: Parcel) -> None:
    parcel.state = "nowhere"  # a constraint of the model that does not hold stands for any of them
    form = bound(parcel, [Ask("weight")], {"weight": "5"})
    assert not form.is_valid()
    assert form.non_field_errors()
