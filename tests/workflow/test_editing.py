"""A record edited in the console looks at what waits for its fields: automatic steps, and timers at a date."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.admin import site
from django.db.models import TextChoices
from django.forms import inlineformset_factory, modelform_factory
from django.test import RequestFactory

from modules.accounts.models import User
from modules.console.api import RecordAdmin, RecordInline
from modules.core.actors import SYSTEM, Actor
from modules.core.events import RecordEdited, publish
from modules.workflow.api import Workflow, automatic, guard, start, timers_of
from modules.workflow.flows import Flow, flow_of, register, unregister
from modules.workflow.graph import ActorRule, GuardUse, StateNode, Transition, Wait, WorkflowGraph
from tests.workflow.app.models import Slip
from tests.workflow.app.voyages import Stage, Voyage
from tests.workflow.flows_for import only_here  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
ROBOT = (ActorRule("system"),)


@pytest.fixture
def slip(monkeypatch: Any, at: datetime) -> Any:
    """A slip that lapses on its day, and is paid by itself as soon as it is small enough."""
    known = flow_of(Slip)
    unregister(known)
    graph = WorkflowGraph(
        "tests.edited", 1, known.graph.record_type, "Edited", "",
        (StateNode("draft", "Draft", "initial"), StateNode("paid", "P", "final"), StateNode("declined", "D", "final")),
        (
            Transition("lapse", "Lapse", ("draft",), "declined", "timer", ROBOT, after=Wait(field="promised_on")),
            Transition(
                "pay", "Pay", ("draft",), "paid", "automatic", ROBOT, (GuardUse(expression="record.amount < 100"),)
            ),
        ),
    )  # fmt: skip
    flow = register(Flow(graph, Slip))
    slip = Slip.objects.create(amount=500, promised_on=date(2026, 12, 1))
    start(slip, actor=SYSTEM, at=at)
    yield slip
    unregister(flow)
    register(known)


def edited(slip: Slip, at: datetime, **fields: Any) -> None:
    """What the console does after saving."""
    Slip.objects.filter(pk=slip.pk).update(**fields)
    publish(RecordEdited(record_type="parcels.slip", record_id=slip.pk, fields=tuple(fields), at=at))
    slip.refresh_from_db()


def test_a_timer_follows_a_date_that_is_brought_forward(slip: Slip, at: datetime) -> None:
    edited(slip, at, promised_on=date(2026, 11, 25))
    assert timers_of(slip).get().due_at == datetime(2026, 11, 25, 22, 59, 59, 999999, tzinfo=UTC)


def test_an_automatic_step_is_taken_once_its_guard_lets_pass(slip: Slip, at: datetime) -> None:
    edited(slip, at, amount=400)
    assert slip.state == "draft"
    edited(slip, at, amount=99)
    assert slip.state == "paid"


def test_a_record_that_has_not_started_stays_as_it_is(slip: Slip, at: datetime) -> None:
    other = Slip.objects.create(amount=1)
    edited(other, at, amount=2)
    assert (other.state, other.state_since) == ("draft", None)


# Rows on a record's page


class R(TextChoices):
    NEW = "new", "New"
    READY = "ready", "Ready"


@guard("There are no stages")
def has_stages(voyage: Voyage, facts: None) -> bool:
    return voyage.stages.exists()


@pytest.fixture
def save(at: datetime, owner: User) -> Callable[..., Voyage]:
    """The console's form of a voyage with its stages, sent; the voyage is ready as soon as it has one."""

    class VoyageFlow(Workflow[Voyage]):
        """Ready as soon as it has a stage."""

        key, states, initial, final = "voyages.rows", R, R.NEW, {R.READY}
        prepare = automatic(R.NEW, to=R.READY, when=has_stages)

    class Stages(RecordInline):
        model, fields = Stage, ["name"]

    class Voyages(RecordAdmin):
        inlines = [Stages]

    def send(voyage: Voyage | None, name: str, *, number: str = "V-1") -> Voyage:
        request: Any = RequestFactory().post("/")
        request.actor, request.now, request.user = Actor.of(owner), at, owner
        pages = Voyages(Voyage, site)
        form_class: Any = modelform_factory(Voyage, fields=["number"])
        form = form_class({"number": number}, instance=voyage)
        rows_class: Any = inlineformset_factory(Voyage, Stage, fields=["name"])
        rows = {"stages-TOTAL_FORMS": "1", "stages-INITIAL_FORMS": "0", "stages-0-name": name}
        formset = rows_class(rows, instance=form.instance)
        assert form.is_valid()
        assert formset.is_valid()
        made = form.save(commit=False)
        pages.save_model(request, made, form, change=voyage is not None)
        pages.save_related(request, form, [formset], change=voyage is not None)
        return Voyage.objects.get(pk=made.pk)

    return send


def test_a_record_that_is_made_with_its_rows_starts_when_they_are_there(save: Callable[..., Voyage]) -> None:
    assert (save(None, "To Cádiz").state, save(None, "").state) == ("ready", "new")


def test_rows_alone_that_change_let_the_record_look_again(save: Callable[..., Voyage]) -> None:
    voyage = save(None, "")
    assert save(voyage, "To Cádiz").state == "ready"
