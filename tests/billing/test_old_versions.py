"""A refund that somebody asked for under an older version of the workflow goes to its end with today's code."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from modules.accounts.models import User
from modules.billing.api import PaymentPage, RefundRequest, ask_refund
from modules.billing.sandbox.server import Sandbox
from modules.billing.services.settlement import look
from modules.core import clock
from modules.core.actors import Actor
from modules.core.money import Money
from modules.core.outbox import drain
from modules.workflow.api import SamePerson, WorkflowGraph, fire, flow_of, graph_of, open_tasks_of
from modules.workflow.models import Definition
from tests.factories.billing import manager_of_billing

pytestmark = pytest.mark.django_db


def test_a_request_of_the_first_version_is_approved_by_somebody_else(
    ask: Callable[..., PaymentPage], sandbox: Sandbox, subject: User, at: datetime
) -> None:
    page = ask(12100)
    sandbox.pay(page.payment.session_id)
    look(page.payment.pk, at=at)
    flow, manager = flow_of(RefundRequest), Actor.of(manager_of_billing())
    old = WorkflowGraph.from_data(json.loads((Path(__file__).parent / "old_flows" / "refund_1.json").read_text()))
    now = flow.graph
    flow.use(old)
    amount, asker = Money(9000, "EUR"), Actor.of(manager_of_billing())
    asked = [
        ask_refund(subject, amount=amount, reason="broken", actor=asker, at=clock.now(), key="a"),
        ask_refund(subject, amount=Money(3100, "EUR"), reason="?", actor=manager, at=clock.now(), key="b"),
    ]
    Definition.objects.create(
        hash=old.hash, key=old.key, version=old.version, record_type=old.record_type, graph=old.to_data(),
        status="published", published_at=clock.now(),
    )  # fmt: skip
    flow.forget()
    flow.use(now)
    request = asked[0]
    assert (graph_of(request).version, flow.graph.version) == (1, 2)
    assert open_tasks_of(request).get().key == "second_pair"
    with pytest.raises(SamePerson):
        fire(request, "approve", actor=asker, at=clock.now())
    fire(request, "approve", actor=manager, at=clock.now())
    drain(at=clock.now())
    for one in asked:
        one.refresh_from_db()
    assert [one.state for one in asked] == ["done", "done"]
    assert {one.workflow_version for one in asked} == {1}
