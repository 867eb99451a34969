"""Every step of every workflow against every kind of person and every state: nobody does what is not theirs (F37).

The graphs run on knots, so that no record of the product is needed: what is refused is refused before anything of the
record is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from modules.core.actors import SYSTEM, Actor
from modules.workflow import flows
from modules.workflow.api import Refused, TransitionNotAllowed, WrongState, can, fire
from modules.workflow.flows import Flow
from modules.workflow.graph import Transition, WorkflowGraph
from modules.workflow.models import HistoryEntry
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Knot
from tests.workflow.conftest import as_actor, role_group

ALL = [flow.graph.key for flow in flows.flows]
MANY_ROLES = ("role", "round_robin", "least_loaded", "members")


@contextmanager
def on_knots(key: str) -> Iterator[WorkflowGraph]:
    """A workflow's graph at work on knots, which have no owner but who holds their link, and no fields of persons."""
    graph = flows.flow_of(key).graph
    ways = tuple(replace(way, by=tuple(rule for rule in way.by if rule.kind != "person")) for way in graph.transitions)
    graph = replace(graph, key="knots.matrix", record_type="parcels.knot", owner="", parent="", transitions=ways)
    flow = flows.register(Flow(graph, Knot))
    try:
        yield graph
    finally:
        flows.unregister(flow)


def means(way: Transition, who: str, right: str, role: str) -> bool:
    """Whether the rules of a step mean this kind of person; the table that the engine is held against."""
    if way.kind != "manual":
        return False
    kinds = {rule.kind for rule in way.by}
    match who:
        case "system":
            return bool(kinds & {"system", "staff"})
        case "link":
            return bool(kinds & {"owner", "link"})
        case "clerk":
            return any(rule.kind == "staff" and rule.value == right for rule in way.by)
        case "colleague":
            return any(rule.kind in MANY_ROLES and rule.value == role for rule in way.by)
        case _:  # a stranger, another customer, staff without any right
            return False


def people(graph: WorkflowGraph, knot: Knot) -> dict[str, tuple[Actor, str, str]]:
    """By kind: somebody, with the one permission and the one role that they have."""
    rules = [rule for way in graph.transitions for rule in way.by if way.kind == "manual"]
    right = next((rule.value for rule in rules if rule.kind == "staff"), "parcels.nothing")
    role = next((rule.value for rule in rules if rule.kind in MANY_ROLES), "parcels.nobody")
    clerk, colleague = UserFactory.create(is_staff=True), UserFactory.create(is_staff=True)
    label, _dot, codename = right.partition(".")
    kind = ContentType.objects.filter(app_label=label).first()
    assert kind is not None
    permission = Permission.objects.filter(content_type__app_label=label, codename=codename).first()
    clerk.user_permissions.add(
        permission or Permission.objects.create(codename=codename, content_type=kind, name=codename)
    )
    colleague.groups.add(role_group(role))
    return {
        "stranger": (Actor.guest("stranger"), "", ""),
        "customer": (as_actor(UserFactory.create()), "", ""),
        "staff": (as_actor(UserFactory.create(is_staff=True)), "", ""),
        "link": (Actor.guest("guest", frozenset({f"parcels.knot:{knot.pk}"})), "", ""),
        "clerk": (as_actor(clerk), right, ""),
        "colleague": (as_actor(colleague), "", role),
        "system": (SYSTEM, "", ""),
    }


def answer(knot: Knot, way: Transition, actor: Actor, at: datetime) -> type[Exception] | None:
    try:
        fire(knot, way.key, actor=actor, at=at)
    except Refused as refusal:
        return type(refusal)
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("key", ALL)
def test_f37_nobody_fires_what_is_not_theirs_in_whatever_state(key: str, at: datetime) -> None:
    with on_knots(key) as graph:
        knot = Knot.objects.create()
        everybody = people(graph, knot)
        for state in graph.states:
            Knot.objects.update(state=state.key, state_since=at)
            knot.refresh_from_db()
            for who, (actor, right, role) in everybody.items():
                for way in graph.transitions:
                    if not means(way, who, right, role):
                        assert answer(knot, way, actor, at) is TransitionNotAllowed, (state.key, who, way.key)
                    elif state.key not in way.sources:
                        found = answer(knot, way, actor, at)
                        assert found is not None, (state.key, who, way.key)
                        assert issubclass(found, WrongState), (state.key, who, way.key)
        assert not HistoryEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ALL)
def test_f37_nothing_is_offered_that_is_not_theirs_or_does_not_start_here(key: str, at: datetime) -> None:
    with on_knots(key) as graph:
        graph_without_guards = replace(graph, transitions=tuple(replace(way, guards=()) for way in graph.transitions))
        flows.flow_of(Knot).use(graph_without_guards)
        knot = Knot.objects.create()
        everybody = people(graph, knot)
        for state in graph.states:
            Knot.objects.update(state=state.key, state_since=at)
            knot.refresh_from_db()
            for who, (actor, right, role) in everybody.items():
                theirs = [way.key for way in graph.leaving(state.key, "manual") if means(way, who, right, role)]
                assert [offer.transition for offer in can([knot], actor, at)[knot.pk]] == theirs, (state.key, who)
