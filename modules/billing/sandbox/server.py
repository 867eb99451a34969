"""The sandbox as one object: `Sandbox(...).start(allow=True)` in a thread, or `main([...])` as a process."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from modules.billing.sandbox import timers
from modules.billing.sandbox.api import Api
from modules.billing.sandbox.cards import PAYS
from modules.billing.sandbox.control import Control
from modules.billing.sandbox.delivery import Deliverer, is_loopback
from modules.billing.sandbox.errors import JsonObject, SandboxRefused
from modules.billing.sandbox.faults import Faults
from modules.billing.sandbox.handler import Server, serve_in_thread
from modules.billing.sandbox.pages import Pages
from modules.billing.sandbox.world import World


class Sandbox:
    """A local Stripe. `clock` gives seconds since 1970; without `automatic` webhooks leave only by `deliver()`.

    `public_url` is the origin that a browser uses, by default `url`. Raises SandboxRefused for a key that could be real
    and for a webhook address off this machine.
    """

    def __init__(
        self,
        port: int = 0,
        database: str = ":memory:",
        secret_keys: Sequence[str] = ("sk_test_sandbox",),
        webhook_url: str | None = None,
        webhook_secrets: Sequence[str] = ("whsec_sandbox",),
        public_url: str | None = None,
        clock: Callable[[], float] | None = None,
        automatic: bool = True,
    ) -> None:
        check_settings(secret_keys, webhook_url, webhook_secrets)
        self.world = World(database, base_clock=clock)
        self.deliverer = Deliverer(self.world, url=webhook_url, secrets=webhook_secrets, automatic=automatic)
        self.deliverer.on_tick = lambda: timers.run_due(self.world)
        self.control = Control(self.world, self.deliverer)
        self.stopping, self.leave = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        api = Api(self.world, tuple(secret_keys), self.stopping)
        hosts = {urlsplit(public_url).hostname or ""} if public_url else set()
        self.server = Server(port, api=api, pages=Pages(self.world), control=self.control, hosts=hosts)
        self.world.public_url = (public_url or self.url).rstrip("/")

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def url(self) -> str:
        """The API's base: `StripeClient(key, base_addresses={"api": sandbox.url})`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def faults(self) -> Faults:
        return self.world.faults

    def start(self, *, allow: bool = False) -> Sandbox:
        """Raises SandboxRefused unless the caller says that this is a demo or a test."""
        refuse_unless(allow)
        self.deliverer.start()
        self.thread = serve_in_thread(self.server)
        return self

    def serve_forever(self, *, allow: bool = False) -> None:
        """Serve until `leave` is set, by a signal or another thread, then stop."""
        self.start(allow=allow)
        self.leave.wait()
        self.stop()

    def stop(self) -> None:
        """Safe to call twice. Held answers are let go; what was not delivered waits in the database."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        if self.thread:
            self.server.shutdown()
            self.thread.join(timeout=2)
        self.deliverer.stop()
        self.server.server_close()
        with self.world.lock:
            self.world.store.close()

    def __enter__(self) -> Sandbox:
        return self.start(allow=True)

    def __exit__(self, *details: object) -> None:
        self.stop()

    # What tests do most; the rest is on `control`

    def pay(self, session: str, card: str = PAYS, **how: Any) -> JsonObject:
        return self.control.pay(session, card, **how)

    def advance(self, seconds: int) -> int:
        return int(self.control.advance(seconds)["now"])

    def deliver(self, timeout: float = 30.0) -> list[JsonObject]:
        return self.control.deliver(timeout)

    def refund(self, **params: Any) -> JsonObject:
        return self.control.refund(**params)

    def emit(self, kind: str, body: JsonObject, **overrides: Any) -> JsonObject:
        return self.control.emit(kind, body, **overrides)

    def objects(self, noun: str) -> list[JsonObject]:
        """Oldest first, for example `objects("refund")`."""
        with self.world.lock:
            return self.world.store.newest(noun, ascending=True)

    def reset(self) -> None:
        self.control.reset()


def refuse_unless(allow: bool) -> None:
    if not allow:
        raise SandboxRefused("The Stripe sandbox runs in the demo and in tests only, never in production.")


def check_settings(secret_keys: Sequence[str], webhook_url: str | None, webhook_secrets: Sequence[str]) -> None:
    if not secret_keys or not all(key.startswith("sk_test_") for key in secret_keys):
        raise SandboxRefused("The Stripe sandbox takes keys that begin with sk_test_ only.")
    if webhook_url and not is_loopback(webhook_url):
        raise SandboxRefused(f"The Stripe sandbox sends webhooks to this machine only, not to {webhook_url}.")
    if webhook_url and not webhook_secrets:
        raise SandboxRefused("The Stripe sandbox needs a secret to sign its webhooks.")


def main(arguments: Sequence[str], *, allow: bool, announce: Callable[[str], None] = print) -> int:
    """Serve until SIGTERM or SIGINT. The management command `stripe_sandbox` calls this with the demo's settings."""
    options = parser().parse_args(arguments)
    sandbox = Sandbox(
        port=options.port,
        database=options.database,
        secret_keys=options.key or ["sk_test_sandbox"],
        webhook_url=options.webhook_url,
        webhook_secrets=options.secret or ["whsec_sandbox"],
        public_url=options.public_url,
    )

    def leave(_number: int, _frame: FrameType | None) -> None:
        sandbox.leave.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    announce(
        f"Stripe sandbox on {sandbox.world.public_url}, webhooks to {options.webhook_url or 'nobody'}. No money moves."
    )
    sys.stdout.flush()
    try:
        sandbox.serve_forever(allow=allow)
    finally:
        sandbox.stop()
    return os.EX_OK


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="stripe_sandbox", description="A local Stripe for the demo: no money moves.")
    made.add_argument("--port", type=int, default=12111)
    made.add_argument("--database", default=":memory:", help="path of the SQLite file that keeps its state")
    made.add_argument("--webhook-url", default=None)
    made.add_argument("--secret", action="append", help="secret that signs the webhooks; may be given twice")
    made.add_argument("--key", action="append", help="API key that is taken, sk_test_…")
    made.add_argument("--public-url", default=None, help="origin that the browser uses")
    return made
