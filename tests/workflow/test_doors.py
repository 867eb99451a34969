"""What comes in by the console's doors: files, keys that are none, days beyond counting, tasks that end elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow.api import Ask, fire, history_of, open_tasks_of
from modules.workflow.choices import IncidentKind
from modules.workflow.models import Incident, Task
from modules.workflow.vocabulary import names
from modules.workflow.worklists.board import targets_of
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
ClientOf = Callable[[User], Client]
ENDLESS = "9" * 5000


class Photograph(forms.Form):
    """What a step takes that wants to see the parcel."""

    photo = forms.FileField()


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def viewer(clerk: User) -> User:
    """The clerk, who may also look at parcels."""
    clerk.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    return clerk


@pytest.fixture
def restamp() -> Iterator[Callable[..., None]]:
    """Another version of the parcel's flow: the step `restamp` with other values."""

    def change(**values: Any) -> None:
        graph = ParcelFlow.flow.declared
        ways = tuple(replace(way, **values) if way.key == "restamp" else way for way in graph.transitions)
        ParcelFlow.flow.use(replace(graph, version=4, transitions=ways))

    names.form_classes.register("parcels.photograph", Photograph)
    yield change
    ParcelFlow.flow.forget()
    names.form_classes.unregister("parcels.photograph")


@pytest.fixture
def packed(make_parcel: Callable[..., Parcel], at: datetime) -> Callable[[], Parcel]:
    """A parcel on its way, made when the test is ready for it."""

    def make() -> Parcel:
        parcel = make_parcel()
        fire(parcel, "hand_over", actor=SYSTEM, at=at)
        return parcel

    return make


def test_a_step_that_asks_for_a_file_is_given_it(
    client_of: ClientOf, restamp: Callable[..., None], packed: Callable[[], Parcel], viewer: User
) -> None:
    restamp(form="parcels.photograph")
    parcel, client = packed(), client_of(viewer)
    address = f"/console/workflow/parcels.parcel/{parcel.pk}/restamp/"
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    assert client.post(address).status_code == 422
    answer = client.post(address, {"photo": SimpleUploadedFile("parcel.png", b"a photo")})
    assert answer.status_code == 303
    assert history_of(parcel).latest("pk").data == {"photo": "parcel.png"}


def test_a_card_whose_step_asks_for_fields_opens_their_form(
    restamp: Callable[..., None], packed: Callable[[], Parcel], viewer: User, at: datetime
) -> None:
    restamp(asks=(Ask("weight"),), target="sent")
    parcel = packed()
    targets = targets_of(ParcelFlow.flow, parcel, "packed", actor=as_actor(viewer), at=at)
    asking = {move.key: move.asks for target in targets for move in target.moves}
    assert asking["restamp"]


def test_a_card_may_go_where_the_version_leads_that_its_record_runs_on(
    restamp: Callable[..., None], packed: Callable[[], Parcel], viewer: User, at: datetime
) -> None:
    old = packed()
    restamp(target="lost")
    new = packed()
    ways = []
    for parcel in (old, new):
        targets = targets_of(ParcelFlow.flow, parcel, "packed", actor=as_actor(viewer), at=at)
        ways.append({move.key: target.state for target in targets for move in target.moves})
    assert [way.get("restamp") for way in ways] == [None, "lost"]  # on the old version it stays where it is
    assert [way["send_off"] for way in ways] == ["sent", "sent"]


@pytest.mark.parametrize(
    ("deed", "data"),
    [("complete", {}), ("complete", {"outcome": "done"}), ("finish/done", {}), ("hand/answer", {"answer": "Yes"})],
)
def test_a_task_that_a_transition_completes_is_done_by_nothing_else(
    client_of: ClientOf, make_parcel: Callable[..., Parcel], viewer: User, deed: str, data: dict[str, str]
) -> None:
    task = open_tasks_of(make_parcel(packer=viewer)).get()
    assert client_of(viewer).post(f"/console/workflow/tasks/{task.pk}/{deed}/", data).status_code == 404
    assert Task.objects.get(pk=task.pk).status == "open"


def test_incidents_are_seen_to_by_who_may_see_the_records(client_of: ClientOf, parcel: Parcel, at: datetime) -> None:
    incident = Incident.objects.create(
        record_type="parcels.parcel", record_id=parcel.pk, kind=IncidentKind.TIMER, reference=7, message="It broke",
        opened_at=at,
    )  # fmt: skip
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_incident"))
    for deed in ("retry", "skip", "mend"):
        answer = client_of(user).post(f"/console/workflow/incidents/{incident.pk}/{deed}/", {"reason": "I say so"})
        assert (deed, answer.status_code) == (deed, 403)
    assert Incident.objects.get(pk=incident.pk).status == "open"


def test_a_key_without_an_end_names_nobody(
    client_of: ClientOf, make_parcel: Callable[..., Parcel], viewer: User
) -> None:
    parcel = make_parcel(packer=viewer)
    task, client = open_tasks_of(parcel).get(), client_of(viewer)
    assert client.post(f"/console/workflow/tasks/{task.pk}/assign/", {"person": ENDLESS}).status_code == 404
    assert client.post(f"/console/workflow/inbox/{task.pk}/assign/", {"person": ENDLESS}).status_code == 404
    undone = client.post(f"/console/workflow/parcels.parcel/{parcel.pk}/undo/", {"step": ENDLESS})
    assert undone.status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_counting_is_refused_where_days_are_asked_for(client_of: ClientOf, day: str, viewer: User) -> None:
    viewer.user_permissions.add(*Permission.objects.filter(codename__in=["view_historyentry", "export_records"]))
    client = client_of(User.objects.get(pk=viewer.pk))
    stem = "/console/workflow/parcels.parcel"
    assert client.get(f"{stem}/export/xes/?since={day}").status_code == 404
    assert client.get(f"{stem}/export/xes/?until={day}").status_code == 404
    assert client.get(f"{stem}/?began_from={day}").status_code == 200
    assert client.get(f"{stem}/?began_to={day}").status_code == 200
    away = {"first_day": day, "last_day": day, "substitute": viewer.pk}
    assert client.post("/console/workflow/absences/", away).status_code == 422
