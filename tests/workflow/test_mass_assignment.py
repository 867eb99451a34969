"""F38: what only the engine writes cannot be set by a form, by a step's data or by a page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.forms import modelform_factory

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import WorkflowRecord, complete, fire, flows, history_of, open_tasks_of
from tests.workflow.app.models import Parcel
from tests.workflow.conftest import as_actor

ENGINE_S = {"state", "state_since", "workflow_version", "revision", "created_at", "updated_at"}
FORGED = {
    "state": "arrived", "state_since": "2001-01-01", "workflow_version": 99, "revision": 99, "id": 1, "price": 1,
    "customer": 1,
}  # fmt: skip


@pytest.mark.django_db
def test_f38_no_form_of_a_record_with_a_workflow_has_a_field_of_the_engine() -> None:
    for flow in flows:
        assert issubclass(flow.model, WorkflowRecord)
        editable = {field.name for field in flow.model._meta.get_fields() if getattr(field, "editable", False)}
        assert not ENGINE_S & editable, flow.graph.key


@pytest.mark.django_db
def test_f38_a_model_form_leaves_the_engine_s_fields_alone(parcel: Parcel) -> None:
    before = Parcel.objects.values(*ENGINE_S - {"updated_at"}).get(pk=parcel.pk)
    form: Any = modelform_factory(Parcel, fields=["weight"])({"weight": 700, **FORGED}, instance=parcel)
    assert form.is_valid(), form.errors
    form.save()
    assert Parcel.objects.values(*ENGINE_S - {"updated_at"}).get(pk=parcel.pk) == before
    assert (parcel.weight, parcel.price.minor) == (700, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["pack", "hand_over"])
def test_f38_a_step_s_data_change_nothing_that_it_does_not_ask_for(
    parcel: Parcel, customer: User, at: datetime, name: str
) -> None:
    """With a form and without: what comes along is neither taken over nor, with a form, kept."""
    fire(parcel, name, actor=SYSTEM, at=at + timedelta(hours=1), data={"weight": 500, **FORGED})
    parcel.refresh_from_db()
    assert (parcel.state, parcel.workflow_version, parcel.revision) == ("packed", 3, 3)
    assert (parcel.customer_id, parcel.state_since) == (customer.pk, at + timedelta(hours=1))
    if name == "pack":
        assert history_of(parcel).latest("pk").data == {"weight": 500}


@pytest.mark.django_db
def test_f38_finishing_a_task_changes_nothing_that_it_does_not_ask_for(
    make_parcel: Callable[..., Parcel], clerk: User, at: datetime
) -> None:
    parcel = make_parcel(packer=clerk)
    complete(open_tasks_of(parcel).get(), actor=as_actor(clerk), at=at, data=dict(FORGED))
    parcel.refresh_from_db()
    assert (parcel.state, parcel.workflow_version, parcel.revision) == ("ordered", 3, 2)
