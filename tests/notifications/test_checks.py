"""A message that could not be written is found by the checks."""

from collections.abc import Callable
from typing import Any

import pytest

from modules.core.messages import Message
from modules.notifications.checks import check_messages, check_settings

pytestmark = pytest.mark.any_database


def ids() -> list[str | None]:
    return [found.id for found in check_messages(None)]


def test_the_products_own_messages_are_sound() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"model": "films.Nothing"}, "notifications.E001"),
        ({"model": "nonsense"}, "notifications.E001"),
        ({"channels": ["pigeon"]}, "notifications.E002"),
        ({"channels": []}, "notifications.E002"),
        ({"to": None}, "notifications.E003"),
        ({"template": "films/email/no_such"}, "notifications.E004"),
    ],
)
def test_a_mistake_is_named(message: Callable[..., type[Message]], wrong: dict[str, Any], expected: str) -> None:
    message([], **wrong)
    assert ids() == [expected]


def test_mail_must_be_kept_for_a_while(settings: Any) -> None:
    settings.SENT_MAIL_DAYS = 0
    assert [found.id for found in check_settings(None)] == ["notifications.E005"]
