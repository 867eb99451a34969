"""One API request from bytes to bytes: key, faults, idempotency, parameters, effect, answer."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from modules.billing.sandbox import encoding, lists, parameters, routes, timers
from modules.billing.sandbox.errors import (
    ApiError,
    JsonObject,
    internal,
    invalid,
    key_in_use,
    no_such_url,
    not_authenticated,
    other_parameters,
    rate_limited,
)
from modules.billing.sandbox.world import Call, World, identity

logger = logging.getLogger(__name__)
IDEMPOTENCY_SECONDS = 24 * 3600
LONG_SILENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class Request:
    """`path` without the query; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Answer:
    """`silence_ms`: hold the answer that long, then hang up; `reset`: cut the connection instead of answering."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    silence_ms: int | None = None
    reset: bool = False


class Api:
    def __init__(self, world: World, secret_keys: tuple[str, ...], stopping: threading.Event) -> None:
        self.world, self.secret_keys, self.stopping = world, secret_keys, stopping
        self.in_flight: set[str] = set()
        self.flight_lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        request_id = identity("req", 14)
        try:
            answer = self.guarded(request, request_id)
        except ApiError as error:
            answer = as_answer(error.status, error.body)
        except Exception:
            logger.exception("The sandbox failed at %s %s", request.method, request.path)
            answer = as_answer(500, internal().body)
        key = request.headers.get("idempotency-key")
        answer.headers |= {"Request-Id": request_id, "Stripe-Version": parameters.api_version()}
        if key:
            answer.headers["Idempotency-Key"] = key
        self.world.requests.append(
            {
                "method": request.method,
                "path": request.path,
                "status": answer.status,
                "idempotency_key": key,
                "id": request_id,
            }
        )
        return answer

    def guarded(self, request: Request, request_id: str) -> Answer:
        """Everything that is answered before an endpoint starts; none of it is kept under the key."""
        self.authenticate(request)
        found = routes.find(request.method, request.path)
        if found is None:
            raise no_such_url(request.method, request.path)
        route, arguments = found
        refused = self.faults_before(request)
        if refused:
            return refused
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is None:
            return self.run(route, arguments, request, Call(request_id))
        with self.flight_lock:
            if key in self.in_flight:
                raise key_in_use(key)
            self.in_flight.add(key)
        try:
            return self.once(key, route, arguments, request, Call(request_id, key))
        finally:
            with self.flight_lock:
                self.in_flight.discard(key)

    def authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise not_authenticated(None)
        if key not in self.secret_keys:
            raise not_authenticated(key)
        version = request.headers.get("stripe-version", parameters.api_version())
        if version != parameters.api_version():
            raise invalid(
                f"The sandbox speaks {parameters.api_version()} only, not {version}.", code="sandbox_unsupported"
            )

    def faults_before(self, request: Request) -> Answer | None:
        aim = {"method": request.method, "path": request.path}
        slow = self.world.faults.struck("slow", **aim)
        if slow:
            self.stopping.wait((slow.ms or 1000) / 1000)
        if self.world.faults.struck("rate_limit", **aim):
            raise rate_limited()
        if self.world.faults.struck("reset_before", **aim):
            return Answer(0, b"", reset=True)
        return None

    def once(self, key: str, route: routes.Route, arguments: tuple[str, ...], request: Request, call: Call) -> Answer:
        """The first answer given under this key; other parameters under it are refused. Kept for 24 hours."""
        fingerprint = hashlib.sha256(
            b"\0".join([request.method.encode(), request.path.encode(), request.body])
        ).hexdigest()
        with self.world.lock:
            kept = self.world.store.answer(key, since=self.world.now() - IDEMPOTENCY_SECONDS)
        if kept is None:
            return self.run(route, arguments, request, call, fingerprint=fingerprint)
        if kept["fingerprint"] != fingerprint:
            raise other_parameters(key)
        replay = Answer(kept["status"], kept["body"].encode(), {"Idempotent-Replayed": "true"})
        return self.faults_after(request, replay)

    def run(
        self, route: routes.Route, arguments: tuple[str, ...], request: Request, call: Call, *, fingerprint: str = ""
    ) -> Answer:
        params = self.parameters(route, request)
        timers.run_due(self.world)
        broken = self.world.faults.struck("error_500", method=request.method, path=request.path)
        with self.world.lock:
            if broken and not broken.after_effect:
                status, body = 500, internal().body
            else:
                status, body = self.effect(route, arguments, params, call)
                if broken:
                    status, body = 500, internal().body
            answer = as_answer(status, body)
            if call.idempotency_key:
                self.world.store.keep_answer(
                    call.idempotency_key, fingerprint, status, answer.body.decode(), at=self.world.now()
                )
        return self.faults_after(request, answer)

    def parameters(self, route: routes.Route, request: Request) -> JsonObject:
        given = encoding.decode(request.query)
        if request.method == "POST":
            given |= encoding.decode(request.body.decode("utf-8", errors="replace"))
        return given if route.params is None else parameters.check(given, route.params)

    def effect(
        self, route: routes.Route, arguments: tuple[str, ...], params: JsonObject, call: Call
    ) -> tuple[int, JsonObject]:
        try:
            with self.world.transaction(call):
                body = route.handler(self.world, params, *arguments)
                return 200, lists.expand(self.world, body, params.get("expand") or [])
        except ApiError as error:
            return error.status, error.body

    def faults_after(self, request: Request, answer: Answer) -> Answer:
        aim = {"method": request.method, "path": request.path}
        silent = self.world.faults.struck("timeout_after", **aim)
        if silent:
            answer.silence_ms = LONG_SILENCE_MS if silent.ms is None else silent.ms
        answer.reset = answer.reset or self.world.faults.struck("reset_after", **aim) is not None
        return answer


def as_answer(status: int, body: JsonObject) -> Answer:
    return Answer(status, json.dumps(body, indent=2).encode())
