"""Words that a builder writes in several languages: kept, read in the reader's language everywhere, checked at save."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM, Actor
from modules.core.looks import look_of
from modules.notifications.models import Notification
from modules.workflow.api import can, fire, start
from modules.workflow.comparing import compare
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from modules.workflow.publishing import graph_from, problems_of, publish, save_draft
from modules.workflow.words.deeds import deed
from tests.workflow.repairs.models import RepairRequest
from tests.workflow.repairs.stage import KEY, data_of, forget, repairs_running, somebody
from tests.workflow.test_standard import told

WORDS = ("title", "words", "confirm", "description")


def translated(value: Any) -> Any:
    """The document with “ES·…” beside each of its words."""
    if isinstance(value, list):
        return [translated(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {"en": entry, "es": f"ES·{entry}"} if name in WORDS and isinstance(entry, str) else translated(entry)
        for name, entry in value.items()
    }


def telling(**params: Any) -> dict[str, Any]:
    """Version 1, whose approval tells the customer."""
    data = data_of(1)
    approve = next(way for way in data["transitions"] if way["key"] == "approve")
    approve["effects"] = [{"name": "workflow.notify", "params": {"to": "owner", **params}}]
    return data


def test_they_are_written_as_they_were_read_in_whatever_language() -> None:
    data = translated(data_of(1))
    graph = graph_from(data)
    text = graph.to_json()
    with translation.override("es"):
        assert (graph.to_json(), graph_from(data).hash) == (text, graph.hash)
        assert str(graph.state("in_review").title) == "ES·In review"
    assert json.loads(text)["states"][0]["title"] == {"en": "Submitted", "es": "ES·Submitted"}
    assert graph_from(text) == graph
    assert graph.behaviour == graph_from(data_of(1)).behaviour
    assert graph.hash != graph_from(data_of(1)).hash


@pytest.mark.parametrize(
    ("texts", "language", "read"),
    [
        ({"en": "Sent", "es": "Enviado"}, "es", "Enviado"),
        ({"en": "Sent", "es": "Enviado"}, "es-mx", "Enviado"),
        ({"en": "Sent", "es": "Enviado"}, "fr", "Sent"),
        ({"en": "Sent", "es": "Enviado"}, None, "Sent"),
        ({"fr": "Envoyé", "de": "Gesendet"}, "es", "Gesendet"),
        ({"en": "", "es": "Enviado"}, "en", "Enviado"),
    ],
)
def test_what_is_missing_is_read_in_the_next_best_language(texts: Any, language: str | None, read: str) -> None:
    data = data_of(1)
    data["states"][0]["title"] = texts
    title = graph_from(data).states[0].title
    with translation.override(language):
        assert (str(title), f"{title:s}", title == read) == (read, read, True)


def test_a_difference_in_one_language_is_told() -> None:
    old, new = (graph_from(translated(data_of(1))) for _time in range(2))
    assert compare(old, new) == []
    data = translated(data_of(1))
    data["states"][1]["title"]["es"] = "En revisión"
    (change,) = compare(old, graph_from(data))
    assert change.place == "states.in_review.title"
    assert "En revisión" in json.dumps(change.as_data(), ensure_ascii=False, default=str)


@pytest.mark.django_db
def test_what_is_not_translated_is_a_warning_with_its_place_and_no_error(tmp_path: Path, at: datetime) -> None:
    data = telling(title={"en": "Approved", "sp": "Aprobado"}, body="{{ record.title }}")
    data["states"][0]["title"] = {"en": "Submitted"}
    found = {
        (finding.code, finding.place, finding.severity): str(finding.problem)
        for finding in problems_of(graph_from(data))
    }
    assert found == {
        ("missing_translation", "state:submitted", "warning"): "has no text in Spanish.",
        ("missing_translation", "transition:approve", "warning"): "has no text in Spanish.",
        ("unknown_language", "transition:approve", "warning"): "has a text in “sp”, which nobody reads here.",
    }
    path, err = tmp_path / "data.json", StringIO()
    path.write_text(json.dumps(data))
    try:
        call_command("workflow", "import", str(path), "--publish", stdout=StringIO(), stderr=err)
    finally:
        forget()
    assert "warning: repairs.request state:submitted: has no text in Spanish." in err.getvalue()


@pytest.mark.django_db
def test_a_mistake_in_one_language_is_found_at_save() -> None:
    data = telling(title={"en": "Approved", "es": "Aprobado: {{ record.titel }}"}, body={"en": "x", "es": 7})
    found = [finding for finding in problems_of(graph_from(data)) if finding.severity == "error"]
    assert [(finding.code, finding.place) for finding in found] == [
        ("expression_unknown_name", "transition:approve"),
        ("wrong_parameter", "transition:approve"),
    ]
    assert str(found[0].problem).startswith("[es] ")
    assert str(found[0].mend) == "Did you mean “record.title”?"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("es", ("Aprobado: Lift", "Ya está.")), ("en", ("Approved: Lift", "Done."))]
)
def test_everybody_is_told_in_the_own_language(language: str, said: tuple[str, str], at: datetime) -> None:
    data = telling(
        title={"en": "Approved: {{ record.title }}", "es": "Aprobado: {{ record.title }}"},
        body={"en": "Done.", "es": "Ya está."},
    )
    clerk = somebody("clerk", "Carla")
    customer = somebody("nobody", "Ines")
    User.objects.filter(pk=customer.pk).update(language=language)
    try:
        publish(save_draft(graph_from(data), at=at), actor=SYSTEM, at=at)
        request = RepairRequest.objects.create(title="Lift", cost=10, customer=customer)
        start(request, actor=SYSTEM, at=at)
        fire(request, "take_up", actor=Actor.of(clerk), at=at)
        fire(request, "approve", actor=Actor.of(clerk), at=at)
        with translation.override(language):
            assert f"title: {said[0][:8]}" in deed(flow_of(KEY).graph.transition("approve").effects[0])
        assert told() == [(customer.email, *said)]
        assert Notification.objects.count() == 1
    finally:
        forget()


@pytest.mark.django_db
def test_pages_exports_and_the_story_are_read_in_the_readers_language(
    client_of: Callable[[User], Client], owner: User, at: datetime
) -> None:
    titles = [node["title"] for part in ("states", "transitions", "tasks") for node in data_of(1)[part]]
    clerk = somebody("clerk", "Carla")
    User.objects.filter(pk__in=(clerk.pk, owner.pk)).update(language="es")
    with repairs_running(at), clock.frozen(at):
        publish(save_draft(graph_from(translated(data_of(1))), at=at), actor=SYSTEM, at=at)
        request = RepairRequest.objects.create(title="Lift", cost=10, customer=clerk)
        start(request, actor=SYSTEM, at=at)
        fire(request, "take_up", actor=Actor.of(clerk), at=at)
        with translation.override("es"):
            assert look_of(request).title == "ES·In review"
            titled = {offer.transition: str(offer.title) for offer in can([request], Actor.of(clerk), at)[request.pk]}
            assert titled["approve"] == "ES·Approve"
        for address in (
            f"/console/repairs/repairrequest/{request.pk}/change/", "/console/?whose=free", f"/console/workflow/{KEY}/"
        ):  # fmt: skip
            with translation.override("en"):  # and whatever language the request leaves behind
                page = client_of(owner if "workflow" in address else clerk).get(
                    address, headers={"accept-language": "es"}
                )
            assert (address, page.status_code) == (address, 200)
            text = page.content.decode()
            assert "ES·In review" in text or "ES·Review the request" in text, address
            for title in titles:
                assert not re.search(rf">\s*{title}\s*<", text), (address, title)
        for form in ("words", "mermaid", "dot", "bpmn"):
            out = StringIO()
            call_command("workflow_export", KEY, "--format", form, "--language", "es", stdout=out)
            assert "ES·In review" in re.sub(r"\s+", " ", out.getvalue()), form
        assert isinstance(flow_of(KEY).graph, WorkflowGraph)
