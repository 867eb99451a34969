"""The inbox: whose tasks stand where and when, done in place, who was faster, taken back; what is stuck, the lag."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.accounts.models import User
from modules.core import clock, outbox
from modules.core.actors import Actor
from modules.notifications.models import Notification
from modules.workflow.api import assign, claim, fire, open_tasks_of
from modules.workflow.models import HistoryEntry, Task
from modules.workflow.worklists.inbox_rows import rows_of
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.shop import Shop
from tests.workflow.inboxes import HTMX, INBOX, ClientOf, copies, packing, page, part

pytestmark = pytest.mark.django_db


# The lists


def test_tasks_stand_in_the_list_of_who_may_do_them_and_when(
    shop: Shop, client_of: ClientOf, staff: User, ana: User, customer: User
) -> None:
    shipment, task = packing(shop)
    for due, key in ((-3, "late"), (0.001, "soon"), (80, "far")):
        copies(task, 1, due_at=clock.now() + timedelta(hours=due))
        Task.objects.filter(key="extra0").update(key=key)
    copies(task, 1)
    ids = dict(Task.objects.values_list("key", "pk"))
    text = page(client_of(staff), "?whose=free")
    assert f'id="task-{ids["late"]}"' in part(text, "overdue")
    assert "Overdue, was due" in part(text, "overdue")
    assert f'id="task-{ids["far"]}"' in part(text, "later")
    assert f'id="task-{ids["extra0"]}"' in part(text, "undated")
    assert shipment.number in text
    assert "for Carmen Cliente" in text

    claim(task, actor=Actor.of(ana), at=clock.now())
    assert f'id="task-{task.pk}"' not in page(client_of(staff), "?whose=free")
    team = page(client_of(staff), "?whose=team")
    assert "Ana" in team[team.index(f'id="task-{task.pk}"') :]
    mine = page(client_of(ana))
    assert f'id="task-{task.pk}"' in mine, "without a word one's own list comes first"
    assert "Everything is in" not in mine


def test_the_list_is_narrowed_by_number_and_kind_and_the_way_out_is_offered(
    shop: Shop, client_of: ClientOf, staff: User
) -> None:
    (_first, task), (second, other) = packing(shop), packing(shop)
    client = client_of(staff)
    text = page(client, f"?whose=free&q={second.order.number}")
    assert f'id="task-{other.pk}"' in text
    assert f'id="task-{task.pk}"' not in text
    assert f'id="task-{task.pk}"' in page(client, "?whose=free&kind=films.shipment:packing")
    text = page(client, "?whose=free&kind=films.shipment:handing_over")
    assert "No task is like that." in text
    assert f'id="task-{task.pk}"' not in text
    assert page(client, "?whose=free&q=%00&kind=nonsense&page=99999999999")
    assert page(client, "?whose=everybody&page=-1")


def test_fifty_rows_cost_as_many_queries_as_one_and_counts_are_capped(
    shop: Shop, client_of: ClientOf, staff: User, monkeypatch: Any
) -> None:
    _shipment, task = packing(shop)
    client = client_of(staff)
    page(client, "?whose=free")
    seen = []
    for count in (0, 2, 60):
        copies(task, count, due_at=clock.now())
        with CaptureQueriesContext(connection) as queries:
            text = page(client, "?whose=free")
        seen.append(len(queries))
        Task.objects.filter(key__startswith="extra").delete()
    assert len(set(seen)) == 1, seen
    assert text.count("data-shortcut-row") == 50
    assert "Next page" in text
    monkeypatch.setattr("modules.workflow.worklists.inbox.COUNT_CAP", 10)
    copies(task, 60)
    assert "&gt; 10" in page(client, "?whose=free")


def test_a_task_of_a_record_that_one_may_not_see_says_so_and_offers_nothing(shop: Shop, client_of: ClientOf) -> None:
    shipment, task = packing(shop)
    blind = StaffFactory.create()
    Task.objects.filter(pk=task.pk).update(person=blind)
    text = page(client_of(blind))
    assert "You may not see the record of this task." in text
    assert shipment.number not in text
    for deed in ("do/pick", "claim", "release", "assign"):
        assert client_of(blind).post(f"{INBOX}/{task.pk}/{deed}/").status_code == 403


def test_nothing_to_do_is_said_kindly(client_of: ClientOf, staff: User, owner: User) -> None:
    assert "See all open tasks" in page(client_of(owner)), "who has no role of the work, but may see all of it"
    assert "Nothing waits for you. Well done." in page(client_of(staff))
    assert "Your team has nothing open." in page(client_of(staff), "?whose=team")


# Done in place


def test_packing_opens_its_form_and_hands_on_to_shipping(shop: Shop, client_of: ClientOf, staff: User) -> None:
    shipment, task = packing(shop)
    client, line = client_of(staff), shipment.lines.get()
    form = client.get(f"{INBOX}/{task.pk}/do/pick/?whose=free", headers=HTMX)
    assert form.status_code == 200
    assert b"<html" not in form.content
    wrong = client.post(f"{INBOX}/{task.pk}/do/pick/", {f"line_{line.pk}": "7", "_key": "k1"}, headers=HTMX)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (422, f"#task-{task.pk}-form")
    assert b"Only 1s are asked for." in wrong.content or b"asked for" in wrong.content
    done = client.post(f"{INBOX}/{task.pk}/do/pick/", {"_key": "k1", "_expected": "open"}, headers=HTMX)
    assert done.status_code == 200
    text = done.content.decode()
    following = open_tasks_of(shipment).get()
    assert f'id="task-{task.pk}"' in text
    assert "Undo" in text
    assert f'id="task-{following.pk}"' in text
    assert "data-following" in text
    again = client.post(f"{INBOX}/{task.pk}/do/pick/", {"_key": "k1", "_expected": "open"}, headers=HTMX)
    assert again.status_code == 200, "the same press again changes nothing and says the same"
    assert HistoryEntry.objects.filter(record_id=shipment.pk, transition="pick").count() == 1

    sent = {"carrier": "correos", "tracking_number": "pk1\r\nBcc: x@example.test", "_key": "k2"}
    refused = client.post(f"{INBOX}/{following.pk}/do/ship/", sent, headers=HTMX)
    assert refused.status_code == 422, "F14: nothing with line breaks or signs becomes a tracking number"
    sent["tracking_number"] = "PK 77"
    shipped = client.post(f"{INBOX}/{following.pk}/do/ship/", sent, headers=HTMX)
    assert shipped.status_code == 200
    assert "Undo" not in shipped.content.decode(), "the customer is being told"
    shipment.refresh_from_db()
    assert (shipment.state, shipment.tracking_number) == ("shipped", "PK77")


def test_without_a_script_everything_is_forms_and_pages(shop: Shop, client_of: ClientOf, staff: User) -> None:
    shipment, task = packing(shop)
    client = client_of(staff)
    claimed = client.post(f"{INBOX}/{task.pk}/claim/?whose=free")
    assert (claimed.status_code, claimed["Location"]) == (303, "/console/?whose=free")
    form = client.get(f"{INBOX}/{task.pk}/do/pick/?whose=mine").content.decode()
    assert "<html" in form
    assert f'action="{INBOX}/{task.pk}/do/pick/?whose=mine"' in form
    done = client.post(f"{INBOX}/{task.pk}/do/pick/?whose=mine", {"_expected": "open"})
    assert (done.status_code, done["Location"]) == (303, f"/console/?whose=mine&done={task.pk}")
    text = page(client, f"?whose=mine&done={task.pk}")
    url = re.search(rf'action="({INBOX}/{task.pk}/undo/\d+/[^"]*)"', text)
    assert url
    assert client.post(url[1].replace("&amp;", "&")).status_code == 303
    shipment.refresh_from_db()
    assert (shipment.state, open_tasks_of(shipment).get().pk) == ("open", task.pk)
    assert client.post(f"{INBOX}/{task.pk}/release/").status_code == 303
    late = client.post(f"{INBOX}/{task.pk}/undo/1/")
    assert (late.status_code, b"<html" in late.content) == (409, True)


def test_undo_brings_the_row_back_and_takes_what_followed_away(shop: Shop, client_of: ClientOf, staff: User) -> None:
    shipment, task = packing(shop)
    client = client_of(staff)
    client.post(f"{INBOX}/{task.pk}/claim/", headers=HTMX)
    done = client.post(f"{INBOX}/{task.pk}/do/pick/", {"_expected": "open"}, headers=HTMX).content.decode()
    following = open_tasks_of(shipment).get()
    url = re.search(rf'hx-post="({INBOX}/{task.pk}/undo/\d+/)"', done)
    assert url
    back = client.post(url[1], headers=HTMX)
    assert back.status_code == 200
    assert f'data-remove="{following.pk}"' in back.content.decode()
    assert f"{INBOX}/{task.pk}/release/" in back.content.decode(), "it is in the same hands as before"


def test_two_clerks_at_one_task_the_second_reads_who_has_it_since_when(
    shop: Shop, client_of: ClientOf, staff: User, ana: User
) -> None:
    _shipment, task = packing(shop)
    assert client_of(ana).post(f"{INBOX}/{task.pk}/claim/", headers=HTMX).status_code == 200
    second = client_of(staff)
    for deed in ("claim/", "do/pick/"):
        answer = second.post(f"{INBOX}/{task.pk}/{deed}", {"_expected": "open"}, headers=HTMX)
        assert answer.status_code == 409, deed
        assert re.search(r"Ana has it since \d\d:\d\d\.", answer.content.decode()), deed
        assert answer["HX-Retarget"] == f"#task-{task.pk}"
    news = second.get(f"{INBOX}/news/?whose=free&seen={task.pk}", headers=HTMX).content.decode()
    assert "Ana has it since" in news
    client_of(ana).post(f"{INBOX}/{task.pk}/do/pick/", {"_expected": "open"}, headers=HTMX)
    answer = second.post(f"{INBOX}/{task.pk}/do/pick/", {"_expected": "open"}, headers=HTMX)
    assert answer.status_code == 409
    assert re.search(r"Done by Ana at \d\d:\d\d\.", answer.content.decode())
    assert HistoryEntry.objects.filter(transition="pick").count() == 1


def test_news_hold_what_came_in_and_leave_alone_what_is_shown(shop: Shop, client_of: ClientOf, staff: User) -> None:
    shipment, task = packing(shop)
    client = client_of(staff)
    client.post(f"{INBOX}/{task.pk}/do/pick/", {"_expected": "open"}, headers=HTMX)
    following = open_tasks_of(shipment).get()
    _other, fresh = packing(shop)
    news = client.get(f"{INBOX}/news/?whose=mine&seen={following.pk},x,99", headers=HTMX).content.decode()
    assert f'id="task-{following.pk}"' not in news, "free for the same person: it stays where it is"
    assert f'id="task-{fresh.pk}"' in client.get(f"{INBOX}/news/?whose=free", headers=HTMX).content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clerks_press_at_once_and_one_of_them_packs(
    shop: Shop, client_of: ClientOf, staff: User, ana: User, parallel: Any
) -> None:
    _shipment, task = packing(shop)
    clients = [client_of(person) for person in (staff, ana)]
    deeds = [("do/pick/", {"_expected": "open"}), ("claim/", {})]

    def press(number: int) -> int:
        deed, data = deeds[number % 2]
        return clients[number % 2].post(f"{INBOX}/{task.pk}/{deed}", data, headers=HTMX).status_code

    assert sorted(parallel(press, 2)) == [200, 409]
    task.refresh_from_db()
    assert (task.status == "done") != (task.person == ana), "either packed or taken, never both"


def test_four_eyes_are_told_in_the_row_instead_of_buttons_that_would_be_refused(
    make_slip: Callable[..., Any], at: Any
) -> None:
    boss, other = (Actor.of(StaffFactory.create(is_superuser=True)) for _ in range(2))
    slip = make_slip()
    fire(slip, "ask", actor=boss, at=at)
    task = open_tasks_of(slip).get()
    Task.objects.filter(pk=task.pk).update(role="films.clerk")
    task.refresh_from_db()
    (row,), (others,) = rows_of([task], boss, at), rows_of([task], other, at)
    assert "somebody else must do this" in row.reason
    assert (row.claim_url, row.ways) == ("", ())
    assert others.reason == ""
    assert others.claim_url


# Given to somebody


def test_a_task_is_given_by_name_oneself_first_and_the_other_is_told_in_the_bell(
    shop: Shop, client_of: ClientOf, staff: User, ana: User
) -> None:
    shipment, task = packing(shop)
    client = client_of(staff)
    people = client.get(f"{INBOX}/{task.pk}/assign/", headers=HTMX).content.decode()
    assert people.index("Myself") < people.index("Ana")
    some = client.get(f"{INBOX}/{task.pk}/assign/?who=an", headers=HTMX).content.decode()
    assert "Ana" in some
    assert "inbox-who" not in some
    given = client.post(f"{INBOX}/{task.pk}/assign/", {"person": ana.pk}, headers=HTMX)
    assert given.status_code == 200
    outbox.drain()
    told = Notification.objects.get(message="workflow.task_given")
    assert (told.user_id, told.category, told.is_in_inbox) == (ana.pk, "work", True)
    assert shipment.number in told.title
    assert told.url == f"/console/films/shipment/{shipment.pk}/change/"
    assert str(staff.name or staff.email) in told.text

    assign(task, person=staff, actor=Actor.of(staff), at=clock.now())
    outbox.drain()
    assert Notification.objects.filter(message="workflow.task_given").count() == 1, "oneself is not told"
    for nobody in (UserFactory.create().pk, "x", ""):
        assert client.post(f"{INBOX}/{task.pk}/assign/", {"person": nobody}).status_code == 404


# Who gets in


def test_f37_the_addresses_of_the_inbox_are_for_staff_and_change_nothing_by_looking(
    shop: Shop, client_of: ClientOf, staff: User, stranger: User
) -> None:
    _shipment, task = packing(shop)
    deeds = ["do/pick", "claim", "release", "assign", "undo/1"]
    for deed in deeds:
        assert client_of(stranger).post(f"{INBOX}/{task.pk}/{deed}/").status_code == 403
    for deed in ("claim", "release", "undo/1"):
        assert client_of(staff).get(f"{INBOX}/{task.pk}/{deed}/").status_code == 405
    assert client_of(staff).get(f"{INBOX}/{task.pk}/do/cancel/").status_code == 404, "no way to end this task"
    assert client_of(staff).get(f"{INBOX}/{task.pk}/do/nonsense/").status_code == 404
    assert client_of(staff).get(f"{INBOX}/999999/do/pick/").status_code == 404
    assert client_of(stranger).get("/console/workflow/stuck/").status_code == 403
    assert client_of(staff).post("/console/workflow/stuck/requeue/").status_code == 403


# What is stuck, and the lag
