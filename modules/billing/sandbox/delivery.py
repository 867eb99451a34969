"""Webhooks: signed, sent by a thread of their own, tried again with growing pauses, kept as a log.

Pauses run on the machine's clock, not on the sandbox's: moving the sandbox's clock must not empty the patience of a
receiver that is down. Signatures carry the machine's time for the same reason.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from modules.billing.sandbox.errors import JsonObject
from modules.billing.sandbox.world import World

logger = logging.getLogger(__name__)
BUILT_IN = "we_sandbox"
MAXIMUM_ATTEMPTS = 20
LONGEST_PAUSE = 300.0
IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    id: str
    url: str
    secrets: tuple[str, ...]
    events: tuple[str, ...] = ("*",)

    def wants(self, kind: str) -> bool:
        return "*" in self.events or kind in self.events


def signature(payload: bytes, secrets: Sequence[str], *, at: int) -> str:
    """Stripe's header, one v1 for each secret, as Stripe sends while a secret is being rolled."""
    signed = b"%d." % at + payload
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return f"t={at}," + ",".join(f"v1={digest}" for digest in digests)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(url: str, payload: bytes, headers: dict[str, str], *, timeout: float) -> int:
    """The status of the answer. Raises OSError or HTTPException when there is none."""
    parts = urlsplit(url)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body=payload, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


class Deliverer:
    def __init__(
        self,
        world: World,
        *,
        url: str | None,
        secrets: Sequence[str],
        timeout: float = 10.0,
        automatic: bool = True,
    ) -> None:
        self.world, self.timeout, self.automatic = world, timeout, automatic
        self.built_in = Endpoint(BUILT_IN, url, tuple(secrets)) if url else None
        self.on_tick: Callable[[], None] = lambda: None
        self.woken, self.stopping = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        world.enqueue, world.wake = self.enqueue, self.woken.set
        world.store.execute(
            "UPDATE delivery SET state = 'pending', due = 0 WHERE state IN ('sending', 'held', 'pending')"
        )

    def endpoints(self) -> list[Endpoint]:
        found = [self.built_in] if self.built_in else []
        for body in self.world.store.newest("webhook_endpoint", {"status": "enabled"}):
            secret = str(self.world.store.private(body["id"])["secret"])
            found.append(Endpoint(body["id"], body["url"], (secret,), tuple(body["enabled_events"])))
        return found

    # Writing the queue, inside the change that made the event

    def enqueue(self, event: JsonObject) -> int:
        """The number of endpoints that will be told."""
        wanting = [endpoint for endpoint in self.endpoints() if endpoint.wants(event["type"])]
        return sum(self.enqueue_for(endpoint, event) for endpoint in wanting)

    def enqueue_for(self, endpoint: Endpoint, event: JsonObject) -> int:
        faults, kind = self.world.faults, str(event["type"])
        if not is_loopback(endpoint.url):
            self.insert(endpoint, event, "skipped", 0.0, "not on this machine")
            return 0
        if faults.struck("drop", event=kind):
            self.insert(endpoint, event, "dropped", 0.0, "fault: drop")
            return 1
        delay, repeat = faults.struck("delay", event=kind), faults.struck("repeat", event=kind)
        reorder = faults.struck("reorder", event=kind)
        note = "bad_signature" if faults.struck("bad_signature", event=kind) else None
        due = time.time() + (delay.ms or 1000) / 1000 if delay else time.time()
        for _ in range(1 + ((repeat.times or 1) if repeat else 0)):
            self.insert(endpoint, event, "held" if reorder else "pending", due, note)
        if reorder and self.count("held") >= (reorder.times or 2):
            self.release_held()
        return 1

    def insert(self, endpoint: Endpoint, event: JsonObject, state: str, due: float, note: str | None) -> None:
        sql = "INSERT INTO delivery (event_id, endpoint, url, state, due, place, error) VALUES (?, ?, ?, ?, ?, 0, ?)"
        row = self.world.store.execute(sql, (event["id"], endpoint.id, endpoint.url, state, due, note))
        self.world.store.execute("UPDATE delivery SET place = id WHERE id = ?", (row.lastrowid,))

    def release_held(self) -> None:
        sql = "UPDATE delivery SET state = 'pending', due = ?, place = -id WHERE state = 'held'"
        self.world.store.execute(sql, (time.time(),))

    def count(self, state: str) -> int:
        with self.world.lock:
            row = self.world.store.execute("SELECT COUNT(*) FROM delivery WHERE state = ?", (state,)).fetchone()
            return int(row[0])

    # Sending

    def start(self) -> None:
        self.thread = threading.Thread(target=self.run, name="sandbox-webhooks", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.woken.set()
        if self.thread:
            self.thread.join(timeout=2)

    def run(self) -> None:
        while not self.stopping.is_set():
            self.woken.clear()
            try:
                self.on_tick()
                row = self.claim() if self.automatic else None
                if row is not None:
                    self.send(row)
                    continue
            except Exception:
                if self.stopping.is_set():
                    return
                logger.exception("The sandbox's delivery stumbled")
            self.woken.wait(self.pause())

    def pause(self) -> float:
        if not self.automatic:
            return IDLE_SECONDS
        with self.world.lock:
            row = self.world.store.execute("SELECT MIN(due) FROM delivery WHERE state = 'pending'").fetchone()
        return IDLE_SECONDS if row[0] is None else min(max(row[0] - time.time(), 0.01), IDLE_SECONDS)

    def claim(self) -> sqlite3.Row | None:
        sql = """UPDATE delivery SET state = 'sending', attempts = attempts + 1 WHERE id = (
            SELECT id FROM delivery WHERE state = 'pending' AND due <= ? ORDER BY due, place LIMIT 1) RETURNING *"""
        with self.world.lock:
            rows: list[sqlite3.Row] = self.world.store.execute(sql, (time.time(),)).fetchall()
        return rows[0] if rows else None

    def send(self, row: sqlite3.Row) -> None:
        with self.world.lock:
            event = self.world.store.find(row["event_id"]) or {}
            endpoint = next((one for one in self.endpoints() if one.id == row["endpoint"]), None)
        if endpoint is None:
            self.note(row, "failed", None, "the endpoint is gone")
            return
        payload = json.dumps(event, indent=2).encode()
        secrets = ("whsec_another",) if row["error"] == "bad_signature" else endpoint.secrets
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, secrets, at=self.world.clock.real()),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks; sandbox)",
        }
        try:
            status = post(row["url"], payload, headers, timeout=self.timeout)
        except (OSError, http.client.HTTPException) as error:
            self.note(row, "retry", None, f"{type(error).__name__}: {error}")
        else:
            self.note(row, "delivered" if 200 <= status < 300 else "retry", status, None)

    def note(self, row: sqlite3.Row, state: str, status: int | None, error: str | None) -> None:
        pause = min(2.0 ** (row["attempts"] - 1), LONGEST_PAUSE)
        if state == "retry":
            state = "pending" if row["attempts"] < MAXIMUM_ATTEMPTS else "failed"
        with self.world.transaction():
            self.world.store.execute(
                "UPDATE delivery SET state = ?, due = ?, status = ?, error = ? WHERE id = ?",
                (state, time.time() + pause, status, error, row["id"]),
            )
            if state == "delivered":
                self.count_down(row["event_id"])

    def count_down(self, event_id: str) -> None:
        event = self.world.store.find(event_id)
        if event:
            self.world.store.save(event | {"pending_webhooks": max(event["pending_webhooks"] - 1, 0)})

    def deliver_now(self, *, timeout: float = 30.0) -> None:
        """Everything waiting, held or delayed gets one attempt in the caller's thread, events made meanwhile too."""
        with self.world.transaction():
            self.release_held()
            self.world.store.execute("UPDATE delivery SET due = ? WHERE state = 'pending'", (time.time(),))
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            row = self.claim()
            if row is not None:
                self.send(row)
            elif self.count("sending") == 0:
                return
            else:
                time.sleep(0.01)

    def log(self) -> list[JsonObject]:
        """Every delivery, oldest first."""
        sql = """SELECT delivery.*, json_extract(object.body, '$.type') AS type FROM delivery
            LEFT JOIN object ON object.id = delivery.event_id ORDER BY delivery.id"""
        with self.world.lock:
            return [dict(row) for row in self.world.store.execute(sql)]
