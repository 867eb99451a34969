"""The table of docs/workflow-patterns.md against the tests that it names."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_database
HERE = Path(__file__).parent
TABLE = Path("docs/workflow-patterns.md")


def rows() -> list[list[str]]:
    """The cells of each pattern's row."""
    lines = TABLE.read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if re.match(r"\| \d+ \|", line)]


def written() -> set[str]:
    """The names of all tests of patterns."""
    trees = [ast.parse(path.read_text()) for path in HERE.glob("test_*.py")]
    functions = [node.name for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {name for name in functions if name.startswith("test_wcp")}


def test_every_test_of_the_table_exists_and_every_test_stands_in_the_table() -> None:
    named = [name for row in rows() for name in re.findall(r"`(test_wcp\w+)`", row[4])]
    assert sorted(named) == sorted(written())


def test_all_43_patterns_stand_in_the_table_with_a_test_of_their_number() -> None:
    found = rows()
    assert [int(row[0]) for row in found] == list(range(1, 44))
    for row in found:
        assert re.findall(r"`test_wcp(\d+)_", row[4]), row[1]
        assert {int(number) for number in re.findall(r"`test_wcp(\d+)_", row[4])} == {int(row[0])}, row[1]


def test_each_judgement_names_its_page_and_the_sum_is_right() -> None:
    text, found = TABLE.read_text(), rows()
    pages = set(re.findall(r"(?m)^\| ([vc]\d) \|", text))
    for row in found:
        assert row[2] in ("+", "±", "–"), row[1]
        for cell in row[5:8]:
            mark, page = cell.split()
            assert mark in ("+", "±", "–"), row[1]
            assert page in pages, row[1]
    direct = sum(row[2] == "+" for row in found)
    assert f"**{direct}** direct" in text
    assert direct >= 32
