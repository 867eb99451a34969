"""What tests of the inbox share: a task to pack, many tasks, the page and its parts."""

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from modules.films.models import Shipment
from modules.workflow.api import open_tasks_of
from modules.workflow.models import Task
from tests.factories.shop import Shop

ClientOf = Callable[[Any], Client]
HTMX = {"HX-Request": "true"}
INBOX = "/console/workflow/inbox"


def packing(shop: Shop) -> tuple[Shipment, Task]:
    """A paid order's shipment and its task."""
    shipment = shop.buy(shop.edition()).shipments.get()
    return shipment, open_tasks_of(shipment).get()


def copies(task: Task, count: int, **traits: Any) -> None:
    """Open tasks of other kinds of work for the same record, so that pages are as long as they get."""
    Task.objects.bulk_create(
        Task(record_type=task.record_type, record_id=task.record_id, key=f"extra{number}", state="open",
             role=task.role, opened_at=task.opened_at, **traits)
        for number in range(count)
    )  # fmt: skip


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/console/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def part(text: str, group: str) -> str:
    """One group of the page."""
    found = re.search(rf'data-group="{group}".*?</section>', text, re.DOTALL)
    assert found
    return found[0]
