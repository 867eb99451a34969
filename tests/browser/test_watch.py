"""The watch sees what it is there for; otherwise silence would prove nothing."""

import pytest

from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAD_DEEDS = {
    "policy: style-src-attr": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')",
    "policy: script-src-attr": "document.body.setAttribute('onclick', 'alert()')",
    "off-site: http://elsewhere.invalid/": "new Image().src = 'http://elsewhere.invalid/'",
    "script: broken": "setTimeout(() => { throw new Error('broken') })",
    "status of 404": "fetch('/nowhere/')",
}


def test_nothing_bad_goes_unseen(visitor: Visitor, watch: Watch) -> None:
    visitor.page.goto("/account/login/")
    assert watch.problems == []
    for deed in BAD_DEEDS.values():
        visitor.page.evaluate(f"void ({deed})")

    def unseen() -> list[str]:
        told = "\n".join(watch.problems)
        return [sign for sign in BAD_DEEDS if sign not in told]

    for _ in range(100):  # what a browser tells comes when it comes
        if unseen():
            visitor.page.wait_for_timeout(100)
    assert unseen() == [], watch.problems
    watch.expect("")  # some are told of twice
    watch.problems = []
