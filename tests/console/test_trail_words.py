"""Whatever services write into the trail is told in words of both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from modules.console.trail import WORDS

pytestmark = pytest.mark.any_database


def actions() -> Iterator[str]:
    """The actions that calls of `audit` name."""
    for path in (Path(settings.BASE_DIR) / "modules").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "audit" and len(node.args) > 1:
                yield from (str(part.value) for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant))


def test_every_action_has_words() -> None:
    found = set(actions())
    assert "price_changed" in found
    assert found - set(WORDS) == set()


def test_the_words_are_spanish_for_who_reads_spanish() -> None:
    english = {action: str(words) for action, words in WORDS.items()}
    with override("es"):
        assert [action for action, words in WORDS.items() if str(words) == english[action]] == []
