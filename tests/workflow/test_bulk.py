"""One transition for many records: the menu of a list, the page that says what will happen, the job."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core import outbox
from modules.core.actors import SYSTEM, Actor
from modules.core.choices import JobState
from modules.core.errors import NotAllowed
from modules.core.models import Job
from modules.films.models import Order
from modules.workflow.api import flow_of, history_of
from modules.workflow.worklists import bulk
from tests.factories.shop import Shop

pytestmark = pytest.mark.django_db
LIST = "/console/films/order/"
Make = Callable[[int], list[Order]]


@pytest.fixture
def orders(frozen_clock: datetime) -> Make:
    """So many orders that wait for their payment."""
    shop = Shop(sandbox=None)  # type: ignore[arg-type]
    edition = shop.edition(stock=100)
    return lambda count: [shop.place(edition) for _ in range(count)]


def cancelled(order: Order, at: datetime) -> Order:
    from modules.workflow.api import fire

    fire(order, "cancel", actor=SYSTEM, at=at)
    return order


def choose(client: Client, rows: list[Order], *, address: str = LIST, **more: Any) -> Any:
    selected = {"_selected_action": [str(row.pk) for row in rows], "action": "transition_cancel", "index": "0"}
    return client.post(address, {**selected, "select_across": "0", **more})


def key_of(page: Any) -> str:
    found = re.search(r'name="_key" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def confirm(client: Client, rows: list[Order], page: Any, **more: Any) -> Any:
    return choose(client, rows, _bulk="1", _key=key_of(page), **more)


def test_the_page_says_what_will_happen_and_the_job_does_it(
    client_of: Any, owner: User, orders: Make, frozen_clock: datetime
) -> None:
    rows = orders(4)
    gone = cancelled(rows[3], frozen_clock)
    client = client_of(owner)
    page = choose(client, rows)
    text = page.content.decode()
    assert page.status_code == 200
    assert "3 of 4 can take this step now." in text
    assert "It is in the state “Cancelled”." in text
    assert Job.objects.count() == 0
    answer = confirm(client, rows, page, reason="Fair is over")
    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/console/jobs/{job.pk}/")
    outbox.drain(at=frozen_clock)
    job.refresh_from_db()
    assert (job.state, job.done, job.refused) == (JobState.DONE, 3, 1)
    assert set(Order.objects.values_list("state", flat=True)) == {"cancelled"}
    step = history_of(rows[0]).get(transition="cancel")
    assert (step.actor, step.reason) == (owner, "Fair is over")
    assert history_of(gone).filter(transition="cancel").count() == 1
    shown = client.get(f"{answer['Location']}?rows=refused").content.decode()
    assert f"/console/films/order/{gone.pk}/change/" in shown
    assert gone.number in shown


def test_all_that_match_the_filter_are_taken_and_no_others(
    client_of: Any, owner: User, orders: Make, frozen_clock: datetime
) -> None:
    rows = orders(3)
    cancelled(rows[0], frozen_clock)
    client, address = client_of(owner), f"{LIST}?state__exact=awaiting_payment"
    page = choose(client, rows[:1], address=address, select_across="1")
    assert "2 of 2 can take this step now." in page.content.decode()
    choose(client, rows[:1], address=address, select_across="1", _bulk="1", _key=key_of(page))
    assert sorted(Job.objects.get().items.values_list("record_id", flat=True)) == [rows[1].pk, rows[2].pk]


def test_f25_twelve_presses_start_one_job(client_of: Any, owner: User, orders: Make) -> None:
    rows, client = orders(2), client_of(owner)
    page = choose(client, rows)
    addresses = {confirm(client, rows, page)["Location"] for _ in range(12)}
    assert len(addresses) == 1
    assert Job.objects.count() == 1


def test_a_form_with_a_mistake_comes_back_with_its_words(client_of: Any, owner: User, orders: Make) -> None:
    rows, client = orders(1), client_of(owner)
    page = choose(client, rows)
    wrong = confirm(client, rows, page, reason="x" * 401)
    assert wrong.status_code == 422
    assert "at most 400 characters" in wrong.content.decode()
    assert Job.objects.count() == 0


def test_nothing_is_offered_where_nothing_is_possible(
    client_of: Any, owner: User, orders: Make, frozen_clock: datetime
) -> None:
    rows = [cancelled(order, frozen_clock) for order in orders(1)]
    text = choose(client_of(owner), rows).content.decode()
    assert "0 of 1 can take this step now." in text
    assert 'name="_bulk"' not in text


def test_who_may_not_do_it_is_not_offered_it(client_of: Any, orders: Make, frozen_clock: datetime) -> None:
    from django.contrib.auth.models import Permission

    viewer = User.objects.create_user(email="viewer@shop.test", password="x", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order", content_type__app_label="films"))
    viewer = User.objects.get(pk=viewer.pk)
    rows = orders(1)
    assert "transition_cancel" not in client_of(viewer).get(LIST).content.decode()
    assert 'name="_bulk"' not in choose(client_of(viewer), rows).content.decode()
    flow = flow_of(Order)
    with pytest.raises(NotAllowed):
        bulk.start_transitions(
            flow, flow.graph.transition("cancel"), Order.objects.all(), actor=Actor.of(viewer), at=frozen_clock, data={}
        )


def test_a_right_lost_meanwhile_refuses_every_row(owner: User, orders: Make, frozen_clock: datetime) -> None:
    orders(2)
    flow = flow_of(Order)
    job = bulk.start_transitions(
        flow, flow.graph.transition("cancel"), Order.objects.all(), actor=Actor.of(owner), at=frozen_clock, data={}
    )
    User.objects.filter(pk=owner.pk).update(is_active=False)
    outbox.drain(at=frozen_clock)
    job.refresh_from_db()
    assert (job.state, job.done, job.refused) == (JobState.DONE, 0, 2)
    assert set(Order.objects.values_list("state", flat=True)) == {"awaiting_payment"}


def test_a_row_that_is_gone_is_refused_and_more_than_the_limit_is_too_many(
    client_of: Any, owner: User, orders: Make, frozen_clock: datetime, monkeypatch: Any
) -> None:
    rows = orders(2)
    job = Job(record_type="films.order", data={"transition": "cancel", "form": {}, "reason": ""}, actor=owner, pk=7)
    from modules.core.models import JobItem

    item = JobItem(job=job, position=1, record_id=987654)
    bulk.move(job, [item], frozen_clock)
    assert (item.state, item.message) == ("refused", "It is not there any more.")
    monkeypatch.setattr(bulk, "MOST", 1)
    answer = choose(client_of(owner), rows)
    assert answer.status_code == 409
    assert "more than 1 rows" in answer.content.decode()


def test_the_forecast_asks_no_more_queries_for_three_rows_than_for_one(
    owner: User, orders: Make, frozen_clock: datetime
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    flow, counts = flow_of(Order), []
    for count in (1, 2):
        orders(count)
        actor = Actor.of(User.objects.get(pk=owner.pk))
        actor.may("films.view_order")
        with CaptureQueriesContext(connection) as queries:
            found = bulk.forecast(
                flow, flow.graph.transition("cancel"), Order.objects.all(), actor=actor, at=frozen_clock
            )
        counts.append(len(queries))
    assert (found.ready, counts[0]) == (3, counts[1])
