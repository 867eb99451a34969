"""The console's evaluator, the script itself in Chromium: it reads all that the templates say, and refuses the rest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.alpine import expressions

pytestmark = [pytest.mark.browser, pytest.mark.any_database]

RUN = """(cases) => cases.map(([source, scope]) => {
  try { const value = consoleExpression.run(source, scope); return [value, scope]; }
  catch (error) { return [error.name, null]; }
})"""
READ = """(sources) => sources.filter((source) => {
  try { consoleExpression.read(source); return false; } catch (error) { return true; }
})"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.add_script_tag(path=Path(settings.BASE_DIR) / "static" / "console" / "console-csp.js")
    yield page
    context.close()


def test_every_expression_of_every_template_can_be_read(page: Page) -> None:
    found = expressions()
    assert len(found) > 150
    refused = set(page.evaluate(READ, [expression for _place, _attribute, expression in found]))
    assert [entry for entry in found if entry[2] in refused] == []


CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("open", {"open": True}, True),
    ("! open", {"open": True}, False),
    ("a && 'yes' || 'no'", {"a": 0}, "no"),
    ("tab === 'x' ? 1 + 2 : -1", {"tab": "x"}, 3),
    ("items !== undefined && items.length > 0", {"items": [1]}, True),
    ("{'rotate-90': open, plain: 1, open}", {"open": True}, {"rotate-90": True, "plain": 1, "open": True}),
    ("['h3', 'strong'].includes(name.toLowerCase())", {"name": "H3"}, True),
    ("list['length']", {"list": [1, 2]}, 2),
    ("list.filter((one, at) => one > 1 && at === 1)", {"list": [1, 2, 3]}, [2]),
    ("list.map(one => one + 1)", {"list": [1, 2]}, [2, 3]),
    ("if (a == 1) { b } else { 'other' }", {"a": 2, "b": 1}, "other"),
    ("if (a == 1) b; 'after'", {"a": 2, "b": 1}, "after"),
    ("new Date(0).getTime()", {}, 0),
    ("'it\\'s'", {}, "it's"),
    ("", {}, None),
    ("  ", {}, None),
]


@pytest.mark.parametrize(("source", "scope", "value"), CASES)
def test_what_an_expression_means(page: Page, source: str, scope: dict[str, Any], value: Any) -> None:
    assert page.evaluate(RUN, [[source, scope]])[0][0] == value


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("open = !open", {"open": False, "deep": {"at": 1}}),
        ("deep.at = deep.at + 1; open = 'x'", {"open": "x", "deep": {"at": 2}}),
        ("if (open) { deep['at'] = 5 }", {"open": True, "deep": {"at": 5}}),
    ],
)
def test_an_assignment_changes_the_data(page: Page, source: str, after: dict[str, Any]) -> None:
    assert page.evaluate(RUN, [[source, {"open": True, "deep": {"at": 1}}]])[0][1] == after


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("[].constructor", "TypeError"),
        ("''['const' + 'ructor']('alert(1)')()", "TypeError"),
        ("a.__proto__ = b", "TypeError"),
        ("a.innerHTML = '<b>'", "TypeError"),
        ("a.insertAdjacentHTML('x', 'y')", "TypeError"),
        ("localStorage = 1", "TypeError"),
        ("window.eval('1')", "TypeError"),
        ("fetch('/')", "ReferenceError"),
        ("document.cookie", "ReferenceError"),
        ("unknown = 1", "ReferenceError"),
        ("function () { }", "SyntaxError"),
        ("a b", "SyntaxError"),
        ("a +", "SyntaxError"),
        ("{a: }", "SyntaxError"),
        ("`text`", "SyntaxError"),
        ("1 = 2", "SyntaxError"),
        ("a; while (true) {}", "SyntaxError"),
    ],
)
def test_what_is_beyond_it_is_refused(page: Page, source: str, error: str) -> None:
    assert page.evaluate(RUN, [[source, {"a": {}, "b": {}}]])[0][0] == error
