"""Folding and trigrams forgive accents, case and typing errors."""

import pytest

from modules.core.text import fold, public_number, similarity


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("Amélie", "amelie"), ("  WALL·E ", "wall e"), ("Straße", "strasse"), ("Yi Yi: A One…", "yi yi a one"), ("", "")],
)
def test_fold(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_a_typing_error_stays_similar() -> None:
    assert similarity("shawshenk", "Shawshank") > 0.4 > similarity("shawshank", "Alien")


def test_public_numbers_have_no_look_alikes_and_differ() -> None:
    numbers = {public_number() for _ in range(200)}
    assert len(numbers) == 200
    assert not set("".join(numbers)) & set("01ILOU")
