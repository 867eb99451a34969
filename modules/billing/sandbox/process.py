"""The sandbox as a companion of the demo: the one place here that reads the product's settings."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from modules.billing.sandbox.delivery import is_loopback
from modules.billing.sandbox.server import main

DEFAULT_PORT = 12111
RECEIVER = "/webhooks/stripe/"


def run() -> None:
    """Serve until told to stop; what `serve` and `demo` start beside the product."""
    main(command_line(), allow=bool(settings.DEMO), announce=lambda _line: None)


def command_line(
    *,
    port: int | None = None,
    database: str | None = None,
    webhook_url: str | None = None,
    secrets: Sequence[str] = (),
) -> list[str]:
    """The sandbox's arguments; what is not given comes from the settings."""
    port = port if port is not None else getattr(settings, "STRIPE_SANDBOX_PORT", DEFAULT_PORT)
    database = database or str(settings.DATA_DIR / "stripe_sandbox.sqlite3")
    key = getattr(settings, "STRIPE_SECRET_KEY", "")
    words = ["--port", str(port), "--database", database, "--webhook-url", webhook_url or receiver()]
    words += ["--public-url", f"http://localhost:{port}"]
    for secret in secrets or getattr(settings, "STRIPE_WEBHOOK_SECRETS", ()):
        words += ["--secret", secret]
    return [*words, "--key", key] if key else words


def receiver() -> str:
    """The product's receiver on this machine, also when its public address is another."""
    base = str(settings.BASE_URL).rstrip("/")
    if not is_loopback(base):
        base = f"http://127.0.0.1:{urlsplit(base).port or getattr(settings, 'PORT', 8000)}"
    return base + RECEIVER
