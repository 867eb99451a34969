"""The Spanish catalogue is complete, current and compiled, and its placeholders are those of the English text."""

import re

import pytest
from babel.messages.catalog import Message
from django.utils.translation import override

from modules.core import catalogue
from modules.films.models import Shipment
from modules.workflow.models import BusinessCalendar, Task

pytestmark = pytest.mark.any_database

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def test_nothing_is_missing_or_stale() -> None:
    today = catalogue.updated("es")
    assert catalogue.missing(today) == []
    assert set(catalogue.read("es")._messages) - set(today._messages) == set()


def test_the_compiled_catalogue_is_of_the_same_text() -> None:
    with catalogue.path_of("es").with_suffix(".mo").open("rb") as file:
        compiled = dict(_said(message) for message in catalogue.read_compiled(file) if message.id)
    assert compiled == dict(_said(message) for message in catalogue.read("es") if message.id and message.string)


def _said(message: Message) -> tuple[tuple[str | None, str], list[str]]:
    """What a message says, under its context and singular; the two formats differ in how they hold plurals."""
    singular = message.id if isinstance(message.id, str) else message.id[0]
    return (message.context, singular), _forms(message)


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def test_placeholders_survive_translation() -> None:
    wrong = []
    for message in catalogue.read("es"):
        if not message.id:
            continue
        singular = message.id if isinstance(message.id, str) else message.id[-1]
        text = _forms(message)[-1]
        if set(PLACEHOLDER.findall(singular)) != set(PLACEHOLDER.findall(text)):
            wrong.append((singular, text))
    assert wrong == []


def test_words_that_are_marked_for_later_are_collected() -> None:
    """The firm's first calendar is stored with its English title and shown in the reader's language."""
    assert "Business hours" in catalogue.template()
    with override("es"):
        assert str(BusinessCalendar(title="Business hours")) == "Horario laboral"


def test_one_english_word_has_the_gender_of_its_noun() -> None:
    opened = [str(model._meta.get_field("opened_at").verbose_name) for model in (Shipment, Task)]
    assert opened == ["opened", "opened"]
    with override("es"):
        assert [str(model._meta.get_field("opened_at").verbose_name) for model in (Shipment, Task)] == [
            "abierto",
            "abierta",
        ]
