"""F36, F37: every address of the workflow module, asked by who has no right there and by who may only look."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow import urls
from modules.workflow.api import open_tasks_of
from modules.workflow.choices import IncidentKind
from modules.workflow.models import Absence, EarlyEvent, HistoryEntry, Incident, Task
from modules.workflow.people.absences import plan_absence
from modules.workflow.publishing import save_draft
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
KIND = "parcels.parcel"

# name: (arguments, what is posted or None for a GET, the answer to staff without a right, to who may only look)
TABLE: Mapping[str, tuple[list[Any], dict[str, Any] | None, int, int]] = {
    "work": (["forged:token"], None, 404, 404),
    "own_work": (["task"], None, 404, 404),
    "overview": ([], None, 200, 200),
    "inbox_news": ([], None, 200, 200),
    "inbox_do": (["task", "pack"], {"weight": 5}, 403, 409),
    "inbox_claim": (["task"], {}, 403, 403),
    "inbox_release": (["task"], {}, 403, 403),
    "inbox_assign": (["task"], {"person": "user"}, 403, 403),
    "inbox_undo": (["task", 1], {}, 403, 409),
    "absences": ([], None, 200, 200),
    "absence_end": (["absence"], {}, 404, 404),
    "events": ([], None, 403, 403),
    "event_take": (["event"], {}, 403, 403),
    "event_discard": (["event"], {}, 403, 403),
    "stuck": ([], None, 200, 200),
    "stuck_requeue": ([], {}, 403, 403),
    "task_claim": (["task"], {}, 403, 403),
    "task_release": (["task"], {}, 403, 403),
    "task_complete": (["task"], {}, 403, 404),
    "task_hand": (["task", "delegate"], {"person": "user"}, 403, 403),
    "task_assign": (["task"], {"person": "user"}, 403, 403),
    "task_finish": (["task", "done"], {}, 403, 404),
    "incident_retry": (["incident"], {}, 403, 403),
    "incident_skip": (["incident"], {"reason": "No"}, 403, 403),
    "incident_mend": (["incident"], {"payload": "{}"}, 403, 403),
    "record_move": ([KIND, "record"], {"to": "lost", "reason": "Because"}, 403, 403),
    "record_undo": ([KIND, "record"], {"step": 1}, 403, 409),
    "flow": ([KIND], None, 403, 200),
    "records": ([KIND], None, 403, 200),
    "export": ([KIND], None, 403, 200),
    "export_file": ([KIND, "xes"], None, 403, 403),
    "versions": ([KIND], None, 403, 403),
    "transfer_undo": ([KIND, 1], {}, 403, 403),
    "gate": ([KIND, "definition"], {"apply": "publish"}, 403, 403),
    "backtest": ([KIND], {"last": 50}, 403, 403),
    "board": ([KIND], None, 404, 404),
    "board_cards": ([KIND, "ordered", 0], None, 404, 404),
    "board_moves": ([KIND, "record", "ordered"], None, 403, 200),
    "transition": ([KIND, "record", "cancel"], {"reason": "No"}, 403, 403),
}


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with clock.frozen(at):
        yield


@pytest.fixture
def there(parcel: Parcel, clerk: User, at: datetime) -> dict[str, Any]:
    """What the addresses name: a parcel with somebody's task, their absence, an event, an incident, a draft."""
    Parcel.objects.filter(pk=parcel.pk).update(packer=clerk)
    Task.objects.filter(record_id=parcel.pk).update(person=clerk)
    deputy = UserFactory.create(is_staff=True)
    away = plan_absence(clerk, deputy, at, at + timedelta(days=1), actor=SYSTEM, at=at)
    event = EarlyEvent.objects.create(
        event="payment", value="V-1", received_at=at, expires_at=at + timedelta(days=1), next_look_at=at
    )
    incident = Incident.objects.create(
        record_type=KIND, record_id=parcel.pk, kind=IncidentKind.EFFECT, reference=1, message="It broke", opened_at=at
    )
    named = {
        "record": parcel, "task": open_tasks_of(parcel).get(), "absence": away, "event": event, "incident": incident,
        "definition": save_draft(ParcelFlow.flow.declared, at=at), "user": deputy,
    }  # fmt: skip
    return {name: thing.pk for name, thing in named.items()}


def somebody(*codenames: str) -> User:
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return user


def ask(client: Client, name: str, there: Mapping[str, Any]) -> Any:
    arguments, data, _nobody, _looking = TABLE[name]
    address = reverse(f"workflow:{name}", args=[there.get(part, part) for part in arguments])
    if data is None:
        return client.get(address)
    return client.post(address, {key: there.get(value, value) for key, value in data.items()})


def test_every_address_stands_in_the_table() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} - {"films_order_transition"} >= set(TABLE)
    strange = {str(pattern.name) for pattern in urls.urlpatterns if not str(pattern.name).endswith("_transition")}
    assert strange == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_f37_who_has_no_right_and_who_may_only_look(
    name: str, there: dict[str, Any], client_of: Callable[..., Client]
) -> None:
    before = (HistoryEntry.objects.count(), Task.objects.filter(status="open").count(), Absence.objects.count())
    nobody, looking = client_of(somebody()), client_of(somebody("view_parcel"))
    answers = ask(nobody, name, there).status_code, ask(looking, name, there).status_code
    assert answers == TABLE[name][2:]
    after = (HistoryEntry.objects.count(), Task.objects.filter(status="open").count(), Absence.objects.count())
    assert after == before
    assert Parcel.objects.get(pk=there["record"]).state == "ordered"


@pytest.mark.parametrize("name", [name for name in TABLE if name != "work"])
def test_f36_customers_and_strangers_do_not_come_in(
    name: str, there: dict[str, Any], client: Client, client_of: Callable[..., Client], customer: User
) -> None:
    assert ask(client, name, there).status_code in (302, 303)
    assert ask(client_of(customer), name, there).status_code in ((404,) if name == "own_work" else (302, 303, 403))
