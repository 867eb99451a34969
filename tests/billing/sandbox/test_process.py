"""Where the sandbox may run, that it remembers, and that it stops when told."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.core.management import call_command
from django.core.management.base import CommandError

from modules.billing.management.commands.stripe_sandbox import Command
from modules.billing.sandbox.errors import SandboxRefused
from modules.billing.sandbox.process import command_line
from modules.billing.sandbox.server import Sandbox, main, parser
from tests.billing.sandbox.conftest import ORDER

ROOT = Path(__file__).resolve().parents[3]


def test_it_does_not_start_unless_allowed() -> None:
    sandbox = Sandbox()
    try:
        for start in (sandbox.start, sandbox.serve_forever):
            with pytest.raises(SandboxRefused, match="never in production"):
                start()
    finally:
        sandbox.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_keys": ["sk_live_real"]},
        {"secret_keys": []},
        {"webhook_url": "https://shop.example/webhooks/stripe/"},
        {"webhook_url": "http://localhost:8000/webhooks/stripe/", "webhook_secrets": []},
    ],
)
def test_settings_that_could_be_real_are_refused(wrong: Any) -> None:
    with pytest.raises(SandboxRefused):
        Sandbox(**wrong)


def test_the_command_refuses_without_the_demo_setting(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo setting only"):
        call_command(Command())


def test_the_process_takes_the_demos_settings(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.BASE_URL, settings.PORT = tmp_path, "http://localhost:8123", 8123
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS = "sk_test_demo", ["whsec_a", "whsec_b"]
    settings.STRIPE_SANDBOX_PORT = 12119
    options = parser().parse_args(command_line())
    assert (options.port, options.public_url) == (12119, "http://localhost:12119")
    assert (options.webhook_url, options.secret) == ("http://localhost:8123/webhooks/stripe/", ["whsec_a", "whsec_b"])
    assert (options.key, options.database) == (["sk_test_demo"], str(tmp_path / "stripe_sandbox.sqlite3"))
    settings.BASE_URL = "https://shop.example"
    assert parser().parse_args(command_line()).webhook_url == "http://127.0.0.1:8123/webhooks/stripe/"
    assert parser().parse_args(command_line(port=1, secrets=["whsec_c"])).secret == ["whsec_c"]


def test_it_binds_loopback_only(sandbox: Any) -> None:
    assert sandbox.server.server_address[0] == "127.0.0.1"


def test_a_restarted_sandbox_knows_its_sessions_and_keys(tmp_path: Path) -> None:
    database = str(tmp_path / "sandbox.sqlite3")
    ids = []
    for _ in range(2):
        with Sandbox(database=database) as sandbox:
            client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url})
            session = client.v1.checkout.sessions.create(ORDER, {"idempotency_key": "one"})  # type: ignore[arg-type]
            ids.append(session.id)
    with Sandbox(database=database) as sandbox:
        assert sandbox.pay(ids[0])["status"] == "complete"
    assert ids[0] == ids[1]


@pytest.mark.skipif(not sys.platform.startswith(("linux", "darwin")), reason="signals as on Linux and macOS")
def test_sigterm_stops_it_cleanly_and_quietly(tmp_path: Path) -> None:
    code = (
        "import sys; from modules.billing.sandbox.server import main; "
        f"sys.exit(main(['--port', '0', '--database', {str(tmp_path / 'db')!r}], allow=True))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    line = child.stdout.readline()
    assert "No money moves" in line
    child.send_signal(signal.SIGTERM)
    _, errors = child.communicate(timeout=10)
    assert (child.returncode, errors) == (0, "")


def test_main_refuses_without_leave(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(SandboxRefused):
            main(["--port", "0", "--database", str(tmp_path / "db")], allow=False, announce=lambda line: None)
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])


def test_the_sandbox_does_not_load_the_stripe_package() -> None:
    """13 MB that only the product needs: parameters are read from the package's sources."""
    code = """
import json, sys, urllib.request
from modules.billing.sandbox.server import Sandbox
with Sandbox() as sandbox:
    request = urllib.request.Request(sandbox.url + '/v1/payment_intents', data=b'amount=500&currency=eur',
        headers={'Authorization': 'Bearer sk_test_sandbox'})
    with urllib.request.urlopen(request) as answer:
        answer.read()
print(json.dumps([name for name in ('stripe', 'requests', 'django') if name in sys.modules]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    assert json.loads(done.stdout) == []
