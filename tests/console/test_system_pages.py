"""The core's tables in the console, the start page and the sidebar."""

from datetime import timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.console import lists
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.core.audit import audit
from modules.core.models import AuditEntry, OutboxMessage
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db


def letter(state: str, key: str = "k") -> OutboxMessage:
    at = clock.now() - timedelta(hours=1)
    return OutboxMessage.objects.create(
        effect="accounts.mail",
        key=key,
        state=state,
        created_at=at,
        due_at=at,
        finished_at=at,
        error="no route",
        attempts=8,
    )


def test_dead_letters_are_told_on_the_start_page_and_tried_again(client_of: Any, owner: User) -> None:
    dead = letter("dead")
    client = client_of(owner)
    text = client.get("/console/").content.decode()
    assert "1 given up by the background work" in text
    spanish = client.get("/console/", headers={"accept-language": "es"}).content.decode()
    assert "1 abandonado en segundo plano" in spanish
    answer = client.post(
        "/console/core/outboxmessage/", {"action": "requeue_selected", "_selected_action": [dead.pk], "index": 0}
    )
    assert answer.status_code == 302
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)


def test_the_text_of_mail_is_not_shown(client_of: Any, owner: User) -> None:
    waiting = letter("pending")
    OutboxMessage.objects.update(payload={"text": "your code is 123456"})
    text = client_of(owner).get(f"/console/core/outboxmessage/{waiting.pk}/change/").content.decode()
    assert "123456" not in text


@pytest.mark.parametrize("path", ["outboxmessage", "auditentry", "sequence"])
def test_what_the_platform_writes_nobody_edits(client_of: Any, owner: User, path: str, customer: User) -> None:
    entry = audit(customer, "changed", actor=SYSTEM, at=clock.now())
    client = client_of(owner)
    assert client.get(f"/console/core/{path}/add/").status_code == 403
    if path == "auditentry":
        url = f"/console/core/auditentry/{entry.pk}/"
        assert client.get(f"{url}change/").status_code == 200
        assert client.post(f"{url}change/", {"action": "x"}).status_code == 403
        assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
        assert AuditEntry.objects.get().action == "changed"


@pytest.mark.parametrize("count", [1, 3])
def test_the_audit_trail_takes_the_same_queries_for_one_and_three_rows(
    client_of: Any, owner: User, customer: User, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        audit(customer, "changed", actor=SYSTEM, at=clock.now())
    client = client_of(owner)
    client.get("/console/")
    with django_assert_num_queries(9):
        assert client.get("/console/core/auditentry/").status_code == 200


def test_the_start_page_shows_what_the_person_may_see(client_of: Any, owner: User) -> None:
    groups = client_of(owner).get("/console/").context["figure_groups"]
    figures = {figure.title: figure for group in groups for figure in group.figures}
    assert figures["People"].count == User.objects.count()
    assert figures["People"].url == "/console/accounts/user/"
    clerk = StaffFactory.create(permissions=["core.view_sequence"])
    assert client_of(clerk).get("/console/").context["figure_groups"] == []


def test_the_sidebar_holds_the_lists_that_the_person_may_open(client_of: Any, owner: User) -> None:
    def links(user: User) -> set[str]:
        groups = client_of(user).get("/console/").context["sidebar_navigation"]
        return {str(item["link"]) for group in groups for item in group["items"]}

    assert {"/console/", "/console/accounts/user/", "/console/core/auditentry/"} <= links(owner)
    clerk = StaffFactory.create(permissions=["accounts.view_role"])
    assert "/console/accounts/role/" in links(clerk)
    assert not {"/console/accounts/user/", "/console/core/auditentry/"} & links(clerk)


def test_a_count_stops_at_its_cap(monkeypatch: pytest.MonkeyPatch, client_of: Any, owner: User) -> None:
    monkeypatch.setattr(lists, "COUNT_CAP", 1)
    StaffFactory.create_batch(2)
    text = client_of(owner).get("/console/accounts/user/").content.decode()
    assert "more than 1 people" in text


def test_only_indexed_columns_sort(client_of: Any, owner: User) -> None:
    page = client_of(owner).get("/console/accounts/user/").context["cl"]
    assert page.sortable_by == ["email", "name", "date_joined"]


def test_f22_lists_end_their_order_in_the_primary_key(client_of: Any, owner: User) -> None:
    page = client_of(owner).get("/console/accounts/user/").context["cl"]
    assert page.get_ordering(None, page.root_queryset)[-1] == "-pk"
