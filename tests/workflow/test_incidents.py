"""What keeps failing waits on the record for somebody, who tries again, puts it right or leaves it undone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client

from modules.accounts.models import User
from modules.core import clock, outbox
from modules.core.actors import SYSTEM
from modules.core.models import AuditEntry, OutboxMessage
from modules.workflow.api import TransitionNotAllowed, fire
from modules.workflow.errors import IncidentClosed, NoReason
from modules.workflow.incidents import incidents_of, mend, retry, skip, sweep_incidents
from modules.workflow.models import Incident, Timer
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor
from tests.workflow.test_panels import slot

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def mender(db: None) -> User:
    """Somebody of the staff who may see to incidents and look at parcels."""
    user = UserFactory(is_staff=True)
    names = ["view_incident", "change_incident", "view_parcel", "change_parcel"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def told(monkeypatch: Any) -> Iterator[list[dict[str, Any]]]:
    """What the world was told; it does not listen while a payload says `bad` or is as the parcel wrote it."""
    heard: list[dict[str, Any]] = []

    def tell(delivery: outbox.Delivery) -> None:
        if not delivery.payload.get("right"):
            raise outbox.Hopeless("nobody lives at this address")
        heard.append(dict(delivery.payload))

    known = outbox.handlers.get("parcels.tell")
    if known is not None:
        outbox.handlers.unregister("parcels.tell")
    outbox.handlers.register("parcels.tell", tell)
    yield heard
    outbox.handlers.unregister("parcels.tell")
    if known is not None:
        outbox.handlers.register("parcels.tell", known)


@pytest.fixture
def broken(parcel: Parcel, told: list[Any], at: datetime) -> Incident:
    """The incident of an effect that was given up."""
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    outbox.drain(at=at)
    assert sweep_incidents(at) == 1
    return incidents_of("parcels.parcel", parcel.pk).get()


def test_an_effect_that_is_given_up_is_one_incident_of_its_record_and_step(broken: Incident, at: datetime) -> None:
    assert (broken.kind, broken.transition, broken.status) == ("effect", "hand_over", "open")
    assert "nobody lives" in broken.message
    assert sweep_incidents(at + timedelta(minutes=1)) == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.create(
            record_type="x.y", record_id=1, kind="effect", reference=broken.reference, message="again", opened_at=at
        )


def test_one_that_fails_again_after_a_retry_stays_and_one_that_works_closes_itself(
    broken: Incident, mender: User, told: list[Any], at: datetime
) -> None:
    retry(broken, actor=as_actor(mender), at=at)
    later = at + timedelta(minutes=1)
    outbox.drain(at=later)
    assert sweep_incidents(later) == 0
    assert incidents_of("parcels.parcel", broken.record_id).count() == 1
    mend(broken, {"right": True}, actor=as_actor(mender), at=later)
    outbox.drain(at=later + timedelta(seconds=1))
    assert sweep_incidents(later + timedelta(seconds=1)) == 1
    broken.refresh_from_db()
    assert (broken.status, told) == ("resolved", [{"right": True}])
    changes = AuditEntry.objects.get(action="mended").changes
    assert changes["payload"] == [{"parcel": broken.record_id}, {"right": True}]


def test_skipping_needs_a_reason_and_is_final(broken: Incident, mender: User, told: list[Any], at: datetime) -> None:
    with pytest.raises(NoReason):
        skip(broken, actor=as_actor(mender), at=at, reason=" ")
    skip(broken, actor=as_actor(mender), at=at, reason="Told by telephone")
    broken.refresh_from_db()
    assert (broken.status, broken.closed_by, broken.reason) == ("skipped", mender, "Told by telephone")
    with pytest.raises(IncidentClosed):
        retry(broken, actor=as_actor(mender), at=at)
    assert sweep_incidents(at + timedelta(days=1)) == 0, "what somebody has left undone is no new incident"
    assert told == []


def test_who_has_not_the_right_sees_to_nothing(broken: Incident, clerk: User, at: datetime) -> None:
    for deed in (
        lambda: retry(broken, actor=as_actor(clerk), at=at),
        lambda: mend(broken, {}, actor=as_actor(clerk), at=at),
        lambda: skip(broken, actor=as_actor(clerk), at=at, reason="No"),
    ):
        with pytest.raises(TransitionNotAllowed):
            deed()


def test_a_timer_that_breaks_three_times_is_an_incident_until_it_is_gone(
    parcel: Parcel, mender: User, at: datetime
) -> None:
    timer = Timer.objects.create(
        record_type="parcels.parcel", record_id=parcel.pk, transition="lose", state="ordered", started_at=at,
        due_at=at, next_try_at=at + timedelta(hours=1), attempts=2, error="it broke",
    )  # fmt: skip
    assert sweep_incidents(at) == 0
    Timer.objects.filter(pk=timer.pk).update(attempts=3)
    assert sweep_incidents(at) == 1
    incident = Incident.objects.get()
    retry(incident, actor=as_actor(mender), at=at)
    timer.refresh_from_db()
    assert (timer.attempts, timer.error, timer.next_try_at) == (0, "", at)
    assert sweep_incidents(at + timedelta(minutes=1)) == 0
    assert incidents_of("parcels.parcel", parcel.pk).get() == incident, "tried again is not yet mended"
    Timer.objects.filter(pk=timer.pk).update(attempts=3, error="again")
    assert sweep_incidents(at + timedelta(minutes=2)) == 0
    skip(incident, actor=as_actor(mender), at=at, reason="It never arrives")
    assert not Timer.objects.filter(pk=timer.pk).exists()


def test_the_record_s_page_shows_it_and_staff_put_it_right(
    broken: Incident, client_of: Callable[[User], Client], mender: User, told: list[Any]
) -> None:
    client = client_of(mender)
    page = slot("console.record.side", Parcel.objects.get(pk=broken.record_id), as_actor(mender), clock.now())
    assert "Something went wrong" in page
    assert "nobody lives at this address" in page
    address = f"/console/workflow/incidents/{broken.pk}/"
    assert "no JSON" in client.post(f"{address}mend/", {"payload": "{"}).content.decode()
    assert client.post(f"{address}mend/", {"payload": '{"right": true}'}).status_code == 303
    outbox.drain(at=clock.now())
    assert told == [{"right": True}]
    assert client.post(f"{address}skip/", {"reason": ""}).status_code == 422
    assert client.get(f"{address}retry/").status_code == 405


def test_f37_a_clerk_without_the_right_gets_403(
    broken: Incident, client_of: Callable[[User], Client], clerk: User
) -> None:
    for deed in ("retry", "skip", "mend"):
        answer = client_of(clerk).post(f"/console/workflow/incidents/{broken.pk}/{deed}/", {"reason": "x"})
        assert answer.status_code == 403, deed
    assert OutboxMessage.objects.get(pk=broken.reference).state == "dead"


def test_a_changed_history_is_looked_into_and_never_tried_again(
    parcel: Parcel, client_of: Callable[[User], Client], mender: User, at: datetime
) -> None:
    timer = Timer.objects.create(
        record_type="parcels.parcel", record_id=parcel.pk, transition="lose", state="ordered", started_at=at,
        due_at=at, next_try_at=at + timedelta(hours=1), attempts=2, error="it broke",
    )  # fmt: skip
    incident = Incident.objects.create(
        record_type="workflow.seal", record_id=1, kind="history", reference=timer.pk, message="changed", opened_at=at
    )
    client = client_of(mender)
    own = slot("console.record.side", cast(Any, incident), as_actor(mender), at)
    assert "Looked into" in own
    assert "Try again" not in own
    assert client.post(f"/console/workflow/incidents/{incident.pk}/retry/").status_code == 404
    timer.refresh_from_db()
    assert timer.attempts == 2, "a timer with the same number is none of its business"
    assert client.post(f"/console/workflow/incidents/{incident.pk}/skip/", {"reason": "A restore"}).status_code == 303
    incident.refresh_from_db()
    assert (incident.status, incident.reason) == ("skipped", "A restore")
