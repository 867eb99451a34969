"""Taking a workflow or its history out of the house: who may, what the file is, and the line in the trail."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import translation

from modules.accounts.models import User
from modules.core import clock
from modules.core.models import AuditEntry
from modules.workflow.exports.formats import FORMATS
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Parcel

pytestmark = pytest.mark.django_db
STEM = "/console/workflow/parcels.parcel/export/"
DRAWN = ("words", "bpmn", "mermaid", "dot")
LOGS = ("xes", "ocel")


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def somebody(client_of: Callable[..., Client]) -> Callable[..., Client]:
    """A client of staff with some rights."""

    def make(*codenames: str) -> Client:
        user: User = UserFactory.create(is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
        return client_of(user)

    return make


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


VIEW, HISTORY, EXPORT, PEOPLE = "view_parcel", "view_historyentry", "export_records", "view_user"


@pytest.mark.parametrize("kind", DRAWN)
def test_whoever_sees_the_records_may_take_the_workflow(
    kind: str, somebody: Callable[..., Client], parcel: Parcel
) -> None:
    answer = somebody(VIEW).get(f"{STEM}{kind}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == (f'attachment; filename="parcels.parcel-2026-11-21.{FORMATS[kind].suffix}"')
    assert "Ordered" in body(answer)
    assert not AuditEntry.objects.filter(action="exported").exists()
    assert somebody().get(f"{STEM}{kind}/").status_code == 403


@pytest.mark.parametrize("kind", LOGS)
@pytest.mark.parametrize("rights", [(VIEW,), (VIEW, HISTORY), (VIEW, EXPORT), (HISTORY, EXPORT)])
def test_a_log_takes_all_three_rights(
    kind: str, rights: tuple[str, ...], somebody: Callable[..., Client], parcel: Parcel
) -> None:
    assert somebody(*rights).get(f"{STEM}{kind}/").status_code == 403
    assert not AuditEntry.objects.filter(action="exported").exists()


@pytest.mark.parametrize("kind", LOGS)
def test_a_log_is_streamed_and_noted_in_the_trail(kind: str, somebody: Callable[..., Client], parcel: Parcel) -> None:
    answer = somebody(VIEW, HISTORY, EXPORT).get(f"{STEM}{kind}/", {"since": "2026-11-01", "until": "2026-11-30"})
    assert answer.streaming
    [entry] = AuditEntry.objects.filter(action="exported")
    assert entry.record_type == "parcels.parcel"
    assert entry.changes["format"] == kind
    assert entry.changes["since"].startswith("2026-11-01T00:00")
    assert entry.changes["until"].startswith("2026-12-01T00:00")
    assert f"parcels.parcel:{parcel.pk}" in body(answer)


@pytest.mark.parametrize("kind", LOGS)
def test_names_take_the_right_to_see_people(
    kind: str, somebody: Callable[..., Client], parcel: Parcel, customer: User
) -> None:
    address = f"{STEM}{kind}/?names=on"
    assert somebody(VIEW, HISTORY, EXPORT).get(address).status_code == 403
    answer = somebody(VIEW, HISTORY, EXPORT, PEOPLE).get(address)
    assert answer.status_code == 200
    assert AuditEntry.objects.get(action="exported").changes["names"] is True


def test_what_is_not_there_is_not_found(somebody: Callable[..., Client], parcel: Parcel) -> None:
    client = somebody(VIEW, HISTORY, EXPORT)
    assert client.get(f"{STEM}docx/").status_code == 404
    assert client.get("/console/workflow/no.such/export/").status_code == 404
    assert client.get(f"{STEM}xes/?since=yesterday").status_code == 404
    assert client.post(f"{STEM}xes/").status_code == 405


def test_the_page_offers_what_its_reader_may_take(somebody: Callable[..., Client], parcel: Parcel) -> None:
    plain, full = somebody(VIEW).get(STEM), somebody(VIEW, HISTORY, EXPORT).get(STEM)
    offered = [page.content.decode() for page in (plain, full)]
    assert all(f"{STEM}bpmn/" in text for text in offered)
    assert [f"{STEM}xes/" in text for text in offered] == [False, True]
    assert "may choose “Cancel the parcel”" in offered[0]
    assert somebody().get(STEM).status_code == 403


def test_a_file_speaks_the_language_of_whoever_takes_it(somebody: Callable[..., Client], parcel: Parcel) -> None:
    client = somebody(VIEW)
    client.cookies["django_language"] = "es"
    with translation.override("en"):  # what the request sets ends here
        assert "7 días" in body(client.get(f"{STEM}words/"))
