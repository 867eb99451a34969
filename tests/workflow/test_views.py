"""Firing by hand on both faces, and tasks: who gets in, what the answer is, and that looking changes nothing."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow.api import fire, open_tasks_of
from modules.workflow.models import HistoryEntry
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.models import Parcel
from tests.workflow.app.models import ParcelState as S
from tests.workflow.conftest import as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def viewer(clerk: User) -> User:
    """The clerk, who may also look at parcels."""
    clerk.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    return clerk


def portal(parcel: Parcel, transition: str) -> str:
    return f"/parcels/{parcel.pk}/actions/{transition}/"


def console(parcel: Parcel, transition: str) -> str:
    return f"/console/workflow/parcels.parcel/{parcel.pk}/{transition}/"


def states(parcel: Parcel) -> list[str]:
    return list(HistoryEntry.objects.filter(record_id=parcel.pk).order_by("pk").values_list("target", flat=True))


# The portal


def test_the_owner_is_asked_and_then_cancels(client_of: Callable[..., Client], parcel: Parcel, customer: User) -> None:
    client = client_of(customer)
    page = client.get(portal(parcel, "cancel"))
    assert page.status_code == 200
    assert "Really?" in page.content.decode()
    answer = client.post(portal(parcel, "cancel"), {"reason": "Too late", "_key": "k1", "_expected": "ordered"})
    assert (answer.status_code, answer["Location"]) == (303, f"/parcels/{parcel.pk}/")
    parcel.refresh_from_db()
    assert parcel.state == S.CANCELLED


def test_f44_looking_at_a_transition_changes_nothing(
    client_of: Callable[..., Client], parcel: Parcel, customer: User, viewer: User
) -> None:
    before = states(parcel)
    client_of(customer).get(portal(parcel, "cancel"))
    client_of(viewer).get(console(parcel, "cancel"))
    for deed in ("claim", "release", "complete"):
        assert client_of(viewer).get(f"/console/workflow/tasks/1/{deed}/").status_code == 405
    parcel.refresh_from_db()
    assert (parcel.state, states(parcel)) == (S.ORDERED, before)


def test_f44_a_post_without_a_token_is_refused(parcel: Parcel, customer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(customer)
    assert client.post(portal(parcel, "cancel"), {"reason": "Too late"}).status_code == 403
    parcel.refresh_from_db()
    assert parcel.state == S.ORDERED


@pytest.mark.parametrize("method", ["get", "post"])
def test_f36_to_a_stranger_the_record_does_not_exist(
    client_of: Callable[..., Client], parcel: Parcel, method: str
) -> None:
    answer = getattr(client_of(UserFactory.create()), method)(portal(parcel, "cancel"), {"reason": "Mine now"})
    assert answer.status_code == 404
    parcel.refresh_from_db()
    assert parcel.state == S.ORDERED


def test_f36_who_has_not_signed_in_is_sent_to_the_sign_in(client: Client, parcel: Parcel) -> None:
    answer = client.post(portal(parcel, "cancel"), {"reason": "Anybody"})
    assert answer.status_code == 303
    assert answer["Location"].startswith("/account/")
    assert client.post(portal(parcel, "cancel"), headers=HTMX)["HX-Redirect"].startswith("/account/")


def test_a_guest_with_a_grant_acts_as_the_owner(client: Client, parcel: Parcel) -> None:
    session = client.session
    session["grants"] = [f"parcels.parcel:{parcel.pk}"]
    session.save()
    answer = client.post(portal(parcel, "cancel"), {"reason": "By link"})
    assert answer.status_code == 303
    parcel.refresh_from_db()
    assert parcel.state == S.CANCELLED


@pytest.mark.parametrize("transition", ["pack", "hand_over", "inspect", "look_over.broken", "nothing"])
def test_f37_the_portal_knows_only_what_owners_do(
    client_of: Callable[..., Client], parcel: Parcel, customer: User, transition: str
) -> None:
    answer = client_of(customer).post(portal(parcel, transition), {"weight": "1"})
    assert answer.status_code == 404
    parcel.refresh_from_db()
    assert parcel.state == S.ORDERED


def test_a_wrong_form_comes_back_with_its_words_and_its_key(
    client_of: Callable[..., Client], parcel: Parcel, customer: User
) -> None:
    answer = client_of(customer).post(portal(parcel, "cancel"), {"reason": "x", "_key": "kept"}, headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="kept"' in text
    assert "<html" not in text
    assert answer["Vary"].count("HX-Request") == 1


def test_htmx_is_sent_on_by_its_own_header(client_of: Callable[..., Client], parcel: Parcel, customer: User) -> None:
    answer = client_of(customer).post(portal(parcel, "cancel"), {"reason": "Too late"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/parcels/{parcel.pk}/")


def test_pressed_twice_it_happens_once(client_of: Callable[..., Client], parcel: Parcel, customer: User) -> None:
    client = client_of(customer)
    answers = [client.post(portal(parcel, "cancel"), {"reason": "Too late", "_key": "k1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert states(parcel).count(S.CANCELLED) == 1


def test_an_old_page_is_told_what_happened_meanwhile(
    client_of: Callable[..., Client], parcel: Parcel, customer: User, viewer: User, at: datetime
) -> None:
    cancelled = client_of(viewer).post(console(parcel, "cancel"), {"reason": "Out of stock", "_expected": "ordered"})
    assert cancelled.status_code == 303
    answer = client_of(customer).post(portal(parcel, "cancel"), {"reason": "Too late", "_expected": "ordered"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Already done by" in text
    assert "Out of stock" not in text
    assert viewer.email not in text
    assert states(parcel).count(S.CANCELLED) == 1


def test_a_page_that_came_too_late_says_so_instead_of_showing_a_form(
    client_of: Callable[..., Client], parcel: Parcel, customer: User, at: datetime
) -> None:
    fire(parcel, "cancel", actor=as_actor(customer), at=at, data={"reason": "Gone"})
    text = client_of(customer).get(portal(parcel, "cancel")).content.decode()
    assert "is not possible in the present state" in text
    assert "<textarea" not in text


# The console


def test_a_clerk_packs_with_a_form(client_of: Callable[..., Client], parcel: Parcel, viewer: User) -> None:
    client = client_of(viewer)
    page = client.get(console(parcel, "pack"))
    assert page.status_code == 200
    assert 'name="weight"' in page.content.decode()
    assert client.post(console(parcel, "pack"), {"weight": "0"}).status_code == 422
    assert client.post(console(parcel, "pack"), {"weight": "700"}).status_code == 303
    parcel.refresh_from_db()
    assert (parcel.state, parcel.weight) == (S.PACKED, 700)


def test_f37_staff_without_the_right_are_refused(client_of: Callable[..., Client], parcel: Parcel) -> None:
    lookers = UserFactory.create(is_staff=True)
    assert client_of(lookers).get(console(parcel, "pack")).status_code == 403
    lookers.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    lookers = User.objects.get(pk=lookers.pk)
    assert client_of(lookers).get(console(parcel, "pack")).status_code == 403
    assert client_of(lookers).post(console(parcel, "pack"), {"weight": "700"}).status_code == 403
    parcel.refresh_from_db()
    assert parcel.state == S.ORDERED


def test_f37_a_right_without_sight_of_the_record_is_not_enough(
    client_of: Callable[..., Client], parcel: Parcel, clerk: User
) -> None:
    assert client_of(clerk).post(console(parcel, "pack"), {"weight": "700"}).status_code == 403


def test_f37_customers_have_no_way_into_the_console(
    client_of: Callable[..., Client], client: Client, parcel: Parcel, customer: User
) -> None:
    assert client_of(customer).post(console(parcel, "cancel"), {"reason": "Mine"}).status_code == 403
    assert client.post(console(parcel, "cancel"), {"reason": "Mine"}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.state == S.ORDERED


def test_what_does_not_exist_is_not_found(client_of: Callable[..., Client], parcel: Parcel, viewer: User) -> None:
    client = client_of(viewer)
    assert client.get("/console/workflow/no.flow/1/pack/").status_code == 404
    assert client.get("/console/workflow/no.flow/").status_code == 404
    assert client.get("/console/workflow/parcels.parcel/999999/pack/").status_code == 404
    assert client.get(console(parcel, "lose")).status_code == 404


def test_a_guard_says_why_not(client_of: Callable[..., Client], make_parcel: Any, viewer: User, at: datetime) -> None:
    heavy = make_parcel(weight=2500)
    fire(heavy, "hand_over", actor=SYSTEM, at=at)
    answer = client_of(viewer).post(console(heavy, "send_off"))
    assert answer.status_code == 409
    assert "Too heavy by 500 g" in answer.content.decode()


# Tasks


def test_a_task_is_claimed_released_and_done(
    client_of: Callable[..., Client], make_parcel: Any, viewer: User, at: datetime
) -> None:
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    task = open_tasks_of(parcel).get()
    client = client_of(viewer)
    for deed, holder in (("claim", viewer.pk), ("release", None), ("claim", viewer.pk)):
        assert client.post(f"/console/workflow/tasks/{task.pk}/{deed}/").status_code == 303
        task.refresh_from_db()
        assert task.person_id == holder
    assert client.post(f"/console/workflow/tasks/{task.pk}/complete/", {"outcome": "unheard"}).status_code == 404
    assert client.post(f"/console/workflow/tasks/{task.pk}/complete/", {"outcome": "broken"}).status_code == 303
    parcel.refresh_from_db()
    assert parcel.state == S.CANCELLED
    assert client.post(f"/console/workflow/tasks/{task.pk}/claim/").status_code == 409


def test_f37_a_task_is_for_its_role(
    client_of: Callable[..., Client], make_parcel: Any, customer: User, at: datetime
) -> None:
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    task = open_tasks_of(parcel).get()
    other = UserFactory.create(is_staff=True)
    other.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    for user in (customer, User.objects.get(pk=other.pk)):
        assert client_of(user).post(f"/console/workflow/tasks/{task.pk}/claim/").status_code == 403
    task.refresh_from_db()
    assert task.person_id is None


def test_after_a_task_nobody_is_sent_to_another_site(
    client_of: Callable[..., Client], make_parcel: Any, viewer: User, at: datetime
) -> None:
    parcel = make_parcel(is_fragile=True)
    fire(parcel, "hand_over", actor=SYSTEM, at=at)
    task = open_tasks_of(parcel).get()
    answer = client_of(viewer).post(f"/console/workflow/tasks/{task.pk}/claim/", {"next": "https://evil.test/"})
    assert "evil" not in answer["Location"]


# The workflows' pages


def test_the_overview_counts_by_state_in_one_query_a_workflow(
    client_of: Callable[..., Client], make_parcel: Any, viewer: User
) -> None:
    for _ in range(3):
        make_parcel()
    text = client_of(viewer).get("/console/workflow/").content.decode()
    assert "3 records" in text
    page = client_of(viewer).get("/console/workflow/parcels.parcel/")
    assert page.status_code == 200
    assert "<svg" in page.content.decode()


def test_f37_a_workflow_is_shown_to_those_who_may_see_its_records(client_of: Callable[..., Client], db: None) -> None:
    nobody = client_of(UserFactory.create(is_staff=True))
    assert "parcels.parcel" not in nobody.get("/console/workflow/").content.decode()
    assert nobody.get("/console/workflow/parcels.parcel/").status_code == 403
