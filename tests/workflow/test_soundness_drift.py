"""What the commands say of soundness, and where the database no longer fits the workflows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from modules.accounts.models import User
from modules.workflow.api import flows
from modules.workflow.checks import check_workflows
from modules.workflow.drift import drift
from modules.workflow.flows import Flow, _by_record_type
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition, Task, Timer
from modules.workflow.publishing import publish_permissions, store_definitions
from modules.workflow.vocabulary import names
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Knot, Parcel
from tests.workflow.sound import graph, way


def test_manage_check_shows_each_finding_with_its_hint() -> None:
    assert check_workflows(None) == []
    flow = Flow(graph(way("go", "a", "b", by=()), way("end", "b", "c")), Knot)
    flows.register(flow.graph.key, flow)
    try:
        messages = check_workflows(None)
    finally:
        flows.unregister(flow.graph.key)
    assert [(message.id, message.msg, message.hint) for message in messages] == [
        ("workflow.nobody_may_fire", "knots.knot transition:go is allowed to nobody.", "Say who, with `by=`.")
    ]


@pytest.mark.django_db
def test_workflow_check_prints_and_fails_only_on_errors() -> None:
    out = StringIO()
    call_command("workflow_check", "parcels.parcel", "--no-database", stdout=out)
    assert out.getvalue() == "1 workflows, 0 findings\n"
    call_command("workflow_check", "parcels.parcel", stdout=out)
    assert out.getvalue().splitlines()[1:] == [
        (
            "warning: parcels.parcel task:look_over: is for the role “parcels.inspector”, which nobody has. "
            "Give the role to somebody."
        ),
        "1 workflows, 1 findings",
    ]
    with pytest.raises(CommandError, match=r"no workflow no\.such"):
        call_command("workflow_check", "no.such")


@pytest.mark.django_db
def test_work_for_a_role_that_somebody_has_is_no_finding(inspector: User) -> None:
    assert [finding for finding in drift() if finding.workflow == "parcels.parcel"] == []
    inspector.is_active = False
    inspector.save(update_fields=["is_active"])
    assert "role_without_people" in {finding.code for finding in drift()}


@pytest.mark.django_db
def test_f28_a_state_that_vanished_under_records_is_an_error(
    make_parcel: Callable[..., Parcel], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parcel()
    store_definitions()
    full = ParcelFlow.flow
    rest = replace(
        full.graph,
        states=tuple(state for state in full.graph.states if state.key not in ("ordered", "lost")),
        transitions=(),
        tasks=(),
    )
    for registry in (flows, _by_record_type):
        monkeypatch.setitem(registry._entries, "parcels.parcel", Flow(rest, Parcel))
    found = {(finding.code, finding.place, finding.severity) for finding in drift()}
    assert ("vanished_state", "state:ordered", "error") in found
    assert ("state_of_the_past", "state:lost", "warning") in found
    out = StringIO()
    with pytest.raises(CommandError, match="not sound"):
        call_command("workflow_check", "parcels.parcel", "--format", "json", stdout=out)
    assert '"code": "vanished_state"' in out.getvalue()


@pytest.mark.django_db
def test_f28_a_record_on_a_kept_version_is_judged_by_that_version(
    make_parcel: Callable[..., Parcel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state, the timer and the task of the old version are no drift; a guard that the code lost is."""
    parcel = make_parcel(is_fragile=True)
    store_definitions()
    before = ParcelFlow.flow.graph
    after = replace(
        before,
        version=before.version + 1,
        states=tuple(state for state in before.states if state.key != "ordered"),
        transitions=(),
        tasks=(),
    )
    flow = Flow(after, Parcel)
    for registry in (flows, _by_record_type):
        monkeypatch.setitem(registry._entries, "parcels.parcel", flow)
    assert parcel.workflow_version == before.version
    codes = {finding.code for finding in drift() if finding.workflow == "parcels.parcel"}
    assert codes == {"role_without_people"}
    monkeypatch.delitem(names.guards._entries, "tests.workflow.app.is_fragile")
    lost = [finding for finding in drift() if finding.code == "unknown_guard"]
    assert [(finding.place, str(finding.problem)) for finding in lost] == [
        (
            f"version {before.version} transition:inspect",
            "uses the guard “tests.workflow.app.is_fragile”, which the code does not have.",
        )
    ]
    Parcel.objects.update(workflow_version=before.version - 1)  # a version that nobody kept
    assert {"version_not_kept", "vanished_state", "vanished_task"} <= {finding.code for finding in drift()}


@pytest.mark.django_db
def test_work_that_points_nowhere_is_found(parcel: Parcel, at: datetime) -> None:
    rest = {"record_type": "parcels.parcel", "record_id": parcel.pk, "state": "ordered"}
    Timer.objects.create(**rest, transition="gone", started_at=at, due_at=at, next_try_at=at)
    Task.objects.create(**rest, key="gone", opened_at=at)
    Task.objects.create(**{**rest, "record_type": "gone.thing"}, key="gone", opened_at=at)
    Parcel.objects.create()
    codes = {finding.code for finding in drift()}
    assert codes >= {"vanished_timer", "vanished_task", "unknown_workflow", "never_started"}


@pytest.mark.django_db
def test_permissions_and_definitions_follow_the_flows_after_migrate() -> None:
    publish_permissions()
    store_definitions()
    store_definitions()
    named = Permission.objects.filter(content_type__app_label="parcels", codename__endswith="_parcel")
    assert set(named.values_list("codename", flat=True)) >= {"pack_parcel", "send_parcel", "cancel_parcel"}
    assert named.get(codename="cancel_parcel").name == "parcel: Cancel the parcel"
    stored = Definition.objects.get(key="parcels.parcel", hash=ParcelFlow.flow.graph.hash)
    assert WorkflowGraph.from_data(stored.graph) == ParcelFlow.flow.graph
