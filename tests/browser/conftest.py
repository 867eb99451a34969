"""A real shop for a real browser: live server, the sandbox as provider, a worker; and a watch over every page."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from csp.constants import SELF
from django.conf import settings as shop_settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from modules.billing.sandbox.server import Sandbox
from modules.core.models import OutboxMessage
from tests.browser.shelf import fill_shelf
from tests.browser.traffic import Traffic
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch
from tests.browser.worker import Worker
from tests.factories.shop import SECRET, Shop

PATIENCE = 30_000
"""Milliseconds for what a loaded machine does slowly; nothing waits that long when it works."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def django_beside_playwright() -> Iterator[None]:
    """Playwright keeps an event loop in the tests' thread; Django's guard against blocking one has to stand aside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session")
def _pw_artifacts_folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Playwright's own folder is not cleaned up in a worker of xdist, which then warns at its end."""
    return SimpleNamespace(name=str(tmp_path_factory.mktemp("playwright")))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM")
    expect.set_options(timeout=PATIENCE)
    return {**browser_type_launch_args, "executable_path": path, "args": list(QUIET)}


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture(scope="session")
def sandbox(base_url: str) -> Iterator[Sandbox]:
    """The provider; it sends its webhooks to the live server by itself."""
    with Sandbox(webhook_url=f"{base_url}/webhooks/stripe/", webhook_secrets=(SECRET,)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def traffic() -> Iterator[Traffic]:
    with Traffic() as traffic:
        yield traffic


@pytest.fixture
def shop(transactional_db: None, base_url: str, sandbox: Sandbox, settings: Any, traffic: Traffic) -> Iterator[Shop]:
    """A shop with films, whose payments go to the sandbox and come back to the live server."""
    policy = shop_settings.CONTENT_SECURITY_POLICY
    directives = {**policy["DIRECTIVES"], "form-action": [SELF, sandbox.url]}
    settings.CONTENT_SECURITY_POLICY = {**policy, "DIRECTIVES": directives}
    settings.BASE_URL = base_url
    settings.STRIPE_API_BASE = sandbox.url
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    cache.clear()
    fill_shelf()
    yield Shop(sandbox=sandbox)
    sandbox.deliver()
    traffic.rests()
    sandbox.reset()
    cache.clear()


@pytest.fixture
def worker(shop: Shop) -> Iterator[Worker]:
    """Does what the outbox holds; at the end nothing of it may have failed."""
    worker = Worker()
    worker.start()
    yield worker
    worker.stop()
    assert [f"{row.effect}: {row.error}" for row in OutboxMessage.objects.exclude(error="")] == []


@pytest.fixture
def watch(base_url: str, sandbox: Sandbox) -> Watch:
    return Watch(base_url, sandbox.url)


@pytest.fixture
def new_context(
    worker: Worker,
    watch: Watch,
    traffic: Traffic,
    new_context: Callable[..., BrowserContext],
    request: Any,
    tmp_path: Path,
) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of its own for each person; all are watched, and photographed when the test fails."""

    def make(**traits: Any) -> BrowserContext:
        context = new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **traits})
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        return context

    yield make
    has_failed = bool(watch.problems) or not getattr(request.node, "rep_call", None) or request.node.rep_call.failed
    for number, page in enumerate(watch.pages if has_failed else [], 1):
        if not page.is_closed():
            page.screenshot(path=tmp_path / f"page-{number}.png", full_page=True)
            print(f"{page.url} looked like {tmp_path / f'page-{number}.png'}")
    # Left pages ask for nothing any more when the tables are emptied.
    for page in watch.pages:
        if not page.is_closed():
            page.close()
    traffic.rests()
    assert watch.problems == []


@pytest.fixture
def enter(new_context: Callable[..., BrowserContext], worker: Worker) -> Callable[..., Visitor]:
    """Somebody comes in with a browser of their own: `enter()`, `enter(javascript=False)`, `enter(user=customer)`."""

    def make(*, user: Any = None, javascript: bool = True, language: str = "en", **traits: Any) -> Visitor:
        context = new_context(java_script_enabled=javascript, **traits)
        if user is not None:
            sign_in(context, user)
        return Visitor(context, worker, language)

    return make


@pytest.fixture
def visitor(enter: Callable[..., Visitor]) -> Visitor:
    return enter()


def sign_in(context: BrowserContext, user: Any) -> None:
    """Without the page of signing in, which has tests of its own."""
    client = Client()
    client.force_login(user)
    name, host = shop_settings.SESSION_COOKIE_NAME, urlsplit(shop_settings.BASE_URL).hostname
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "domain": host, "path": "/"}])
