"""The pages of jobs: who sees them, how far it is, what became of each row, stop and go on."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User
from modules.core import outbox
from modules.core.actors import Actor
from modules.core.choices import JobItemState, JobState
from modules.core.jobs import job, job_address, kinds, start_job, stop_job
from modules.core.models import Job, JobItem

pytestmark = pytest.mark.django_db
KIND = "tests.pages"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def worker() -> Iterator[None]:
    @job(KIND)
    def refuse_even(job: Job, items: Sequence[JobItem], at: datetime) -> None:
        for item in items:
            if item.position % 2 == 0:
                item.state, item.message = JobItemState.REFUSED, f"<b>{item.position}</b> is even"

    yield
    kinds.unregister(KIND)


@pytest.fixture
def make(staff: User, at: datetime) -> Callable[..., Job]:
    def made(title: str = "Count", rows: Any = 4, user: User = staff, **options: Any) -> Job:
        items: Any = range(1, rows + 1) if isinstance(rows, int) else rows
        return start_job(KIND, title=title, items=items, data={}, actor=Actor.of(user), at=at, **options)

    return made


def test_only_the_starter_and_who_may_see_all_jobs_see_it(
    client_of: Any, make: Any, staff: User, customer: User, owner: User
) -> None:
    started = make()
    address = job_address(started)
    other_clerk = type(staff).objects.create_user(email="other@shop.test", password="x", is_staff=True)
    assert client_of(staff).get(address).status_code == 200
    assert client_of(owner).get(address).status_code == 200
    assert client_of(other_clerk).get(address).status_code == 404
    assert client_of(customer).get(address).status_code == 403
    for verb in ("stop", "resume"):
        assert client_of(other_clerk).post(f"{address}{verb}/").status_code == 404
        assert client_of(staff).get(f"{address}{verb}/").status_code == 405
    assert "Count" not in client_of(other_clerk).get("/console/jobs/").content.decode()
    assert "Count" in client_of(owner).get("/console/jobs/").content.decode()


def test_while_it_runs_the_page_asks_for_itself_and_then_no_more(
    client_of: Any, make: Any, staff: User, at: Any
) -> None:
    started = make()
    client: Client = client_of(staff)
    page = client.get(job_address(started)).content.decode()
    assert "<!DOCTYPE html>" in page
    assert 'hx-trigger="every 2s"' in page
    part = client.get(job_address(started), headers=HTMX)
    assert "HX-Request" in part["Vary"]
    assert part.content.decode().lstrip().startswith('<div id="job"')
    outbox.drain(at=at)
    part = client.get(job_address(started), headers=HTMX).content.decode()
    assert "hx-trigger" not in part
    assert 'value="4" max="4"' in part
    assert "2 refused" in part


def test_rows_are_filtered_paged_and_lead_to_their_records(
    client_of: Any, make: Any, staff: User, at: Any, django_assert_max_num_queries: Any
) -> None:
    items = [{"label": f"Line {number}"} for number in range(1, 121)]
    started = make(rows=items)
    outbox.drain(at=at)
    client: Client = client_of(staff)
    first = client.get(job_address(started)).content.decode()
    assert "Line 50<" in first
    assert "Line 51<" not in first
    refused = client.get(f"{job_address(started)}?rows=refused&page=2").content.decode()
    assert "Line 102<" in refused
    assert "Line 101<" not in refused
    assert "&lt;b&gt;102&lt;/b&gt; is even" in refused


def test_a_record_is_named_only_to_who_may_see_its_kind(client_of: Any, make: Any, staff: User, customer: User) -> None:
    from modules.core.audit import record_type

    started = make(rows=[customer.pk], record_type=record_type(customer))
    assert str(customer) not in client_of(staff).get(job_address(started)).content.decode()
    admin = type(staff).objects.create_superuser(email="root@shop.test", password="x")
    page = client_of(admin).get(job_address(started)).content.decode()
    assert f"/console/accounts/user/{customer.pk}/change/" in page


def test_stop_and_go_on_by_button(client_of: Any, make: Any, staff: User, frozen_clock: Any, at: Any) -> None:
    started = make(rows=30, chunk=10)
    outbox.drain(at=at, rounds=1)
    client, address = client_of(staff), job_address(started)
    assert client.post(f"{address}stop/")["Location"] == address
    outbox.drain(at=at)
    assert client.post(f"{address}stop/").status_code == 409
    page = client.get(address).content.decode()
    assert "Go on" in page
    assert client.post(f"{address}resume/").status_code == 303
    outbox.drain(at=at)
    started.refresh_from_db()
    assert (started.state, started.done, started.refused) == (JobState.DONE, 15, 15)
    assert client.post(f"{address}resume/").status_code == 409


def test_the_list_is_searched_filtered_and_says_what_to_do_when_empty(
    client_of: Any, make: Any, staff: User, at: Any
) -> None:
    client: Client = client_of(staff)
    assert "No long work yet" in client.get("/console/jobs/").content.decode()
    make(title="Cancel orders")
    stop_job(make(title="New prices"), actor=Actor.of(staff), at=at)
    assert client.get("/console/jobs/?q=cancel").content.decode().count('scope="row"') == 1
    stopped = client.get("/console/jobs/?state=stopped").content.decode()
    assert "New prices" in stopped
    assert "Cancel orders" not in stopped
    assert "No job matches" in client.get("/console/jobs/?q=nothing").content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_one(client_of: Any, make: Any, owner: User) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client: Client = client_of(owner)
    client.get("/console/jobs/")
    counts = []
    for _ in range(2):
        make(user=owner)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/console/jobs/")
        counts.append(len(queries))
        make()
    assert counts[0] == counts[1]
