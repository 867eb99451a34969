"""Take the pictures of docs/change-a-running-workflow.md: `python docs/pictures/take_gate.py [FOLDER]`.

Makes a database of its own with fifty repair requests (tests/workflow/repairs), serves it, and photographs the gate
before, during and after. Needs what `tests/requirements.txt` installs and a Chromium (CHROMIUM, or on the path).
"""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["TEST_RUN_DIR"] = tempfile.mkdtemp(prefix="gate-pictures-")
os.environ.pop("DATABASE_URL", None)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@contextmanager
def served() -> Iterator[str]:
    """The site, in a thread of this process."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            """Nothing is said of requests."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def stage() -> tuple[Any, Any, Any]:
    """A database with fifty requests in review, a manager, and the draft of version 2."""
    import django

    django.setup()
    from django.core.management import call_command

    from modules.core import clock
    from modules.core.actors import SYSTEM
    from modules.workflow.publishing import publish
    from tests.workflow.repairs.stage import draft, fifty_in_review, somebody

    call_command("migrate", verbosity=0)
    at = clock.now()
    publish(draft(1, at), actor=SYSTEM, at=at)
    fifty_in_review(somebody("clerk", "Carla"), at)
    manager = somebody("manager", "Marta", "workflow.publish_definition")
    manager.is_superuser = True
    manager.save()
    return manager, draft(2, at), at


def session_of(user: Any) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}


def worked() -> None:
    """Do what waits in the background."""
    from modules.core.outbox import drain

    drain()


def shoot(page: Any, folder: Path, name: str, *, whole: bool = True) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", full_page=whole)


def take(base: str, folder: Path, manager: Any, second: Any) -> None:
    from playwright.sync_api import sync_playwright

    from modules.workflow.models import Transfer

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    cookie = {**session_of(manager), "url": base}
    gate = f"{base}/console/workflow/repairs.repairrequest/gate/{second.pk}/"
    versions = f"{base}/console/workflow/repairs.repairrequest/versions/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])

        def page(size: dict[str, int], scheme: str) -> Any:
            context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            context.add_cookies([cookie])  # type: ignore[list-item]
            return context.new_page()

        desk, phone = page(DESK, "light"), page(PHONE, "dark")
        phone.goto(gate)
        shoot(phone, folder, "gate-phone", whole=False)
        desk.goto(gate)
        desk.get_by_label("Recompute").check()
        desk.get_by_label("Reason").fill("Dear repairs need a second look")
        desk.get_by_role("button", name="Show what would happen").click()
        shoot(desk, folder, "gate")
        desk.get_by_role("button", name="Publish and move 50 records").click()
        worked_in_thread()
        desk.reload()
        shoot(desk, folder, "gate-moved", whole=False)
        desk.goto(versions)
        shoot(desk, folder, "gate-versions", whole=False)
        phone.goto(versions)
        shoot(phone, folder, "gate-versions-phone", whole=False)
        desk.get_by_role("button", name="Take back for 50 records").click()
        worked_in_thread()
        desk.goto(versions)
        shoot(desk, folder, "gate-back", whole=False)
        desk.goto(f"{base}/console/workflow/repairs.repairrequest/backtest/?definition={second.pk}")
        desk.get_by_role("button", name="Try it").click()
        worked_in_thread()
        desk.reload()
        shoot(desk, folder, "gate-trial", whole=False)
        browser.close()
    assert in_thread(Transfer.objects.count) == 1


def in_thread(work: Any) -> Any:
    """Playwright keeps an event loop in this thread, in which Django refuses to ask its database."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0] if found else None


def worked_in_thread() -> None:
    in_thread(worked)


def main(folder: Path) -> None:
    manager, second, _at = stage()
    with served() as base:
        take(base, folder, manager, second)
    shutil.rmtree(os.environ["TEST_RUN_DIR"], ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
