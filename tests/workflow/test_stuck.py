"""What does not go on by itself: dead letters, failing timers, old tasks; how far the background work is behind."""

import re
from datetime import timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core import clock, outbox
from modules.core.actors import SYSTEM
from modules.core.models import OutboxMessage
from modules.core.sweeps import run_sweeps
from modules.workflow.models import HistoryEntry, Task, Timer
from modules.workflow.worklists.stuck import lag
from tests.factories.shop import Shop
from tests.workflow.inboxes import HTMX, INBOX, ClientOf, copies, packing, page

pytestmark = pytest.mark.django_db


def test_f49_a_poison_message_is_given_up_the_queue_moves_on_and_it_is_tried_again_from_the_page(
    client_of: ClientOf, owner: User, monkeypatch: Any
) -> None:
    done: list[str] = []
    poison = ["poison"]

    def work(delivery: outbox.Delivery) -> None:
        if delivery.payload["word"] in poison:
            raise ValueError("this cannot be read")
        done.append(delivery.payload["word"])

    outbox.handlers.register("tests.inbox_poison", work)
    try:
        at = clock.now()
        for number, word in enumerate(["poison", "first", "second"]):
            OutboxMessage.objects.create(
                effect="tests.inbox_poison", key=f"p{number}", payload={"word": word}, created_at=at, due_at=at
            )
        for _round in range(outbox.MAX_ATTEMPTS + 3):
            outbox.drain(at=at)
            at += timedelta(hours=2)
        letter = OutboxMessage.objects.get(key="p0")
        assert done == ["first", "second"], "the queue behind it moved on, each once"
        assert (letter.state, letter.attempts) == ("dead", outbox.MAX_ATTEMPTS)
        client = client_of(owner)
        assert "given up by the background work" in page(client)
        stuck = client.get("/console/workflow/stuck/").content.decode()
        assert "tests.inbox_poison" in stuck
        assert "this cannot be read" in stuck
        assert "Traceback" not in stuck
        assert "SECRET" not in stuck
        poison.clear()
        assert client.post("/console/workflow/stuck/requeue/", {"letter": letter.pk}).status_code == 303
        outbox.drain()
        assert done == ["first", "second", "poison"]
        assert "Nothing is stuck." in client.get("/console/workflow/stuck/").content.decode()
    finally:
        outbox.handlers.unregister("tests.inbox_poison")


def test_stuck_counts_exactly_what_its_page_lists(shop: Shop, client_of: ClientOf, owner: User, staff: User) -> None:
    shipment, task = packing(shop)
    at = clock.now()
    copies(task, 2, due_at=at - timedelta(days=2))
    copies_due = Task.objects.filter(key="extra0")
    copies_due.update(key="barely", due_at=at - timedelta(hours=3))
    Timer.objects.create(
        record_type="films.order", record_id=shipment.order_id, transition="close", state="paid", started_at=at,
        due_at=at, next_try_at=at + timedelta(hours=1), attempts=5, error="Traceback\nValueError: no price",
    )  # fmt: skip
    text = page(client_of(owner))
    assert re.search(r"Stuck</span><strong>2</strong>", text), text[:3000]
    listed = client_of(owner).get("/console/workflow/stuck/").content.decode()
    assert "ValueError: no price" in listed
    assert listed.count("data-shortcut-row") == 1
    clerks = client_of(staff).get("/console/workflow/stuck/").content.decode()
    assert "no price" not in clerks, "timers are for who may view them"
    assert "data-shortcut-row" in clerks


def test_f03_after_an_hour_down_work_is_done_in_order_once_and_the_lag_is_shown_until_then(
    shop: Shop, client_of: ClientOf, owner: User, staff: User, monkeypatch: Any
) -> None:
    done: list[int] = []

    def work(delivery: outbox.Delivery) -> None:
        done.append(delivery.payload["number"])

    outbox.handlers.register("tests.inbox_lag", work)
    try:
        start = clock.now()
        order = shop.place(shop.edition())  # its thirty minutes end while everything is down
        with clock.frozen(start + timedelta(minutes=1)):
            OutboxMessage.objects.all().delete()
            for number in (3, 1, 2):
                due = start + timedelta(minutes=10 * number)
                OutboxMessage.objects.create(
                    effect="tests.inbox_lag", key=f"l{number}", payload={"number": number}, created_at=start, due_at=due
                )
            assert "Background work is" not in page(client_of(staff))
        up = start + timedelta(minutes=70)
        with clock.frozen(up):
            assert lag(up) == timedelta(minutes=60)
            assert "Background work is 60 minutes behind" in page(client_of(staff))
            assert "behind" in client_of(owner).get(f"{INBOX}/news/", headers=HTMX).content.decode()
            outbox.drain(at=up, rounds=1)
            swept = [run_sweeps(at=up)["workflow.timers"] for _time in range(3)]
            outbox.drain(at=up)
            assert done == [1, 2, 3], "oldest first, each once"
            assert (swept[0] >= 1, swept[1:]) == (True, [0, 0]), "what was missed happens once"
            order.refresh_from_db()
            expired = HistoryEntry.objects.get(record_id=order.pk, record_type="films.order", transition="expire")
            assert (order.state, expired.at, expired.actor_label) == ("expired", up, str(SYSTEM))
            assert lag(up) < timedelta(minutes=2)
            assert "Background work is" not in page(client_of(staff))
    finally:
        outbox.handlers.unregister("tests.inbox_lag")
