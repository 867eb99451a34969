"""The stage of the tests and pictures: fifty repair requests in review, and the people around them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission

from modules.accounts.models import Role, User
from modules.core.actors import SYSTEM, Actor
from modules.workflow import flows
from modules.workflow.api import fire, start
from modules.workflow.models import Definition
from modules.workflow.publishing import graph_from, publish, save_draft
from tests.factories.accounts import UserFactory
from tests.workflow.repairs.models import RepairRequest

FOLDER, KEY, KIND = Path(__file__).parent, "repairs.request", "repairs.repairrequest"
THINGS = ("Lift", "Coffee machine", "Window", "Heating", "Door lock", "Printer", "Roof", "Lamp", "Tap", "Floor")


def data_of(number: int) -> dict[str, Any]:
    """A version as JSON."""
    data: dict[str, Any] = json.loads((FOLDER / f"version_{number}.json").read_text())
    return data


def draft(number: int, at: datetime) -> Definition:
    return save_draft(graph_from(data_of(number)), at=at)


def somebody(role: str, name: str, *permissions: str) -> User:
    """A person of the staff with a role of the repairs, who may see the requests."""
    user: User = UserFactory.create(is_staff=True, name=name)
    group, _new = Group.objects.get_or_create(name=f"repairs.{role}")
    Role.objects.get_or_create(group=group, defaults={"key": f"repairs.{role}", "title": role})
    user.groups.add(group)
    for permission in ("repairs.view_repairrequest", *permissions):
        label, _dot, codename = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=label, codename=codename))
    return User.objects.get(pk=user.pk)


def fifty_in_review(clerk: User, at: datetime, many: int = 50) -> list[RepairRequest]:
    """Aged 0 to 46 hours, half of them above 500."""
    requests = []
    for number in range(many):
        then = at - timedelta(hours=46 * number / (many - 1))
        request = RepairRequest.objects.create(
            title=f"{THINGS[number % 10]} {number + 1}",
            description="It does not work any more.",
            cost=300 + 400 * (number % 2),
            priority="high" if number % 5 == 0 else "low",
            customer=clerk,
        )
        start(request, actor=SYSTEM, at=then)
        fire(request, "take_up", actor=Actor.of(clerk), at=then)
        requests.append(request)
    return requests


@contextmanager
def repairs_running(at: datetime) -> Iterator[Definition]:
    """Version 1 published, and forgotten again afterwards."""
    forget()
    try:
        yield publish(draft(1, at), actor=SYSTEM, at=at)
    finally:
        forget()


def forget() -> None:
    """As if no workflow of the repairs had ever been published in this process."""
    flow = flows.find_flow(KEY)
    if flow is not None:
        flows.unregister(flow)
