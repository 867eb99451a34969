"""Transitions for whoever has a signed link: their forms, mistakes beside the fields, questions and reasons first."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modules.workflow.api import flow_of, history_of
from modules.workflow.graph import ActorRule, Ask, Transition
from modules.workflow.vocabulary import names
from tests.factories.accounts import UserFactory
from tests.workflow.app.models import Slip
from tests.workflow.offices import Office, review, role
from tests.workflow.test_task_links import EVA, page, path_of

pytestmark = pytest.mark.usefixtures("frozen_clock")
ASIDE = {"transition": "aside"}


class Photo(forms.Form):
    """A picture and a word."""

    picture = forms.FileField(label="Picture of it")
    word = forms.CharField(label="Word", min_length=3)


@pytest.fixture
def photo_form() -> Iterator[str]:
    name = "tests.workflow.Photo"
    names.form_classes.register(name, Photo)
    yield name
    names.form_classes.unregister(name)


@pytest.fixture
def slip(slip_for: Office) -> Slip:
    return slip_for(review(role("link", "customer__email")), customer=UserFactory.create(email=EVA))


def by_link(**changes: Any) -> None:
    """Let whoever has the link put the slip aside, which asks this."""
    flow, link = flow_of("parcels.slip"), (ActorRule("link"),)

    def changed(way: Transition) -> Transition:
        return replace(way, by=link, **changes) if way.key == "aside" else way

    flow.use(replace(flow.graph, transitions=tuple(map(changed, flow.graph.transitions))))


def test_a_form_is_asked_on_a_page_of_its_own_and_mistakes_stand_beside_the_fields(slip: Slip) -> None:
    by_link(asks=(Ask("amount", title="How much was it?"), Ask("promised_on", required=False)))
    path = path_of()
    assert f'href="{path}?step=aside"' in page(path)
    text = page(f"{path}?step=aside")
    assert "<h1>aside</h1>" in text
    assert {"amount", "promised_on", "transition", "_key", "_expected"} <= set(re.findall(r'name="(\w+)"', text))
    assert "How much was it?" in text
    answer = Client().post(path_of(), {**ASIDE, "amount": "much", "promised_on": ""})
    told = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in told
    assert re.search(r'id="id_amount_error"[^>]*>.*?whole number', told)
    assert 'value="much"' in told
    slip.refresh_from_db()
    assert (slip.state, slip.amount) == ("open", 500)
    assert Client().post(path_of(), {**ASIDE, "amount": "70", "promised_on": ""}).status_code == 303
    slip.refresh_from_db()
    assert (slip.state, slip.amount, history_of(slip).latest("pk").actor_label) == ("aside", 70, EVA)


def test_pressed_twice_it_is_done_once(slip: Slip) -> None:
    by_link(asks=(Ask("amount"),))
    key = re.findall(r'name="_key" value="(\w+)"', page(f"{path_of()}?step=aside"))[0]
    sent = {**ASIDE, "amount": "70", "_key": key, "_expected": "open"}
    assert [Client().post(path_of(), sent).status_code for _press in range(2)] == [303, 200]
    assert history_of(slip).filter(transition="aside").count() == 1


def test_a_file_goes_with_it(slip: Slip, photo_form: str) -> None:
    by_link(form=photo_form)
    assert 'enctype="multipart/form-data"' in page(f"{path_of()}?step=aside")
    missing = Client().post(path_of(), {**ASIDE, "word": "mine"})
    assert (missing.status_code, b"id_picture_error" in missing.content) == (422, True)
    sent = {**ASIDE, "word": "mine", "picture": SimpleUploadedFile("it.png", b"x")}
    assert Client().post(path_of(), sent).status_code == 303
    assert history_of(slip).get(transition="aside").data == {"picture": "it.png", "word": "mine"}


@pytest.mark.parametrize(
    ("changes", "asked"),
    [({"confirm": "Put it aside for good?"}, "Put it aside for good?"), ({"destructive": True}, 'name="reason"')],
)
def test_a_question_or_a_reason_comes_first(slip: Slip, changes: dict[str, Any], asked: str) -> None:
    by_link(**changes)
    assert 'name="transition"' not in page(path_of())
    assert asked in page(f"{path_of()}?step=aside")
    assert Client().post(path_of(), {**ASIDE, "reason": "moved away"}).status_code == 303
    assert history_of(slip).get(transition="aside").reason == "moved away"


def test_what_is_not_for_the_link_is_not_asked_here(slip: Slip, at: datetime) -> None:
    by_link(asks=(Ask("amount"),))
    flow = flow_of("parcels.slip")
    other = Transition("burn", "Burn", ("open",), "aside", by=(ActorRule("owner"),), asks=(Ask("amount"),))
    flow.use(replace(flow.graph, transitions=(*flow.graph.transitions, other)))
    for step in ("burn", "nothing", "review.yes"):
        assert "<h1>Review</h1>" in page(f"{path_of()}?step={step}")
        assert Client().post(path_of(), {"transition": step, "amount": "70"}).status_code == 404
    slip.refresh_from_db()
    assert slip.state == "open"
