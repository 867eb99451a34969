"""How much a first visit loads: what a production server sends, static files as whitenoise compresses them."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Request

from tests.browser.shelf import fill_the_shop
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIMIT = 120 * 1024


def test_a_first_visit_weighs_under_120_kib(enter: Callable[..., Visitor], watch: Watch) -> None:
    fill_the_shop()
    for path in ("/", "/films/"):
        watch.requests.clear()
        enter().page.goto(path, wait_until="load")
        weights = {request.url: weight_of(request) for request in watch.requests}
        assert len(weights) > 5
        assert sum(weights.values()) < LIMIT, weights


def weight_of(request: Request) -> int:
    response = request.response()
    assert response is not None, request.url
    body = response.body()
    return len(gzip.compress(body)) if "/static/" in request.url else len(body)
