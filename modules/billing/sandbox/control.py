"""The control API and its Python side: what a test or a demo does to the sandbox that no shop could.

Everything here happens on the provider's side, so the events it makes name no request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modules.billing.sandbox import events, timers
from modules.billing.sandbox.cards import PAYS, card_of_number
from modules.billing.sandbox.delivery import Deliverer
from modules.billing.sandbox.errors import JsonObject, invalid, no_such_url
from modules.billing.sandbox.resources import refunds, sessions
from modules.billing.sandbox.world import World


class Control:
    def __init__(self, world: World, deliverer: Deliverer) -> None:
        self.world, self.deliverer = world, deliverer

    def state(self) -> JsonObject:
        with self.world.lock:
            return {
                "now": self.world.now(),
                "moved": self.world.clock.moved,
                "objects": self.world.store.everything(),
                "deliveries": self.deliverer.log(),
                "faults": self.world.faults.as_json(),
                "requests": list(self.world.requests),
            }

    def reset(self) -> JsonObject:
        """Forget everything: objects, answers, timers, deliveries, faults, the moved clock."""
        with self.world.transaction():
            self.world.store.forget_everything()
        self.world.faults.clear()
        self.world.requests.clear()
        return {}

    def advance(self, seconds: int) -> JsonObject:
        """Move the clock forward and do what the time in between brings."""
        with self.world.transaction():
            self.world.clock.advance(seconds)
        timers.run_due(self.world)
        return {"now": self.world.now()}

    def deliver(self, timeout: float = 30.0) -> list[JsonObject]:
        """Send now what waits; the log of all deliveries afterwards."""
        timers.run_due(self.world)
        self.deliverer.deliver_now(timeout=timeout)
        return self.deliverer.log()

    def pay(
        self, session: str, card: str = PAYS, *, email: str | None = "customer@demo.test", approve: bool = True
    ) -> JsonObject:
        """Pay a session as the customer on the page would. Raises ApiError for a refused card."""
        found = card_of_number(card)
        if found is None:
            raise invalid("The sandbox takes test cards only.", param="card", code="incorrect_number")
        timers.run_due(self.world)
        with self.world.transaction():
            body = sessions.pay(self.world, session, found, email=email)
        intent = self.world.store.find(str(body["payment_intent"])) or {}
        if intent.get("status") == "requires_action":
            with self.world.transaction():
                sessions.authenticate(self.world, intent["id"], approved=approve)
        with self.world.lock:
            return self.world.get(sessions.NOUN, session)

    def pay_delayed(self, session: str) -> JsonObject:
        with self.world.transaction():
            return sessions.pay_delayed(self.world, session)

    def settle(self, session: str, *, succeeded: bool = True) -> JsonObject:
        """The bank's answer to a delayed payment."""
        with self.world.transaction():
            return sessions.settle_delayed(self.world, session, succeeded=succeeded)

    def refund(self, **params: Any) -> JsonObject:
        """A refund made on the provider's dashboard: payment_intent or charge, amount, reason."""
        with self.world.transaction():
            return refunds.create(self.world, params)

    def fail_refund(self, refund: str) -> JsonObject:
        with self.world.transaction():
            return refunds.fail(self.world, refund)

    def finish_refund(self, refund: str) -> JsonObject:
        with self.world.transaction():
            return refunds.finish(self.world, refund)

    def emit(self, kind: str, body: JsonObject, **overrides: Any) -> JsonObject:
        """Any event at all: an unknown type, another api_version, livemode, a body that fits nothing."""
        with self.world.transaction():
            return events.record(self.world, kind, body, **overrides)

    # The same by HTTP

    def answer(self, method: str, path: str, given: JsonObject) -> Any:
        """Raises ApiError; TypeError and ValueError for settings that do not fit."""
        steps = path.strip("/").split("/")[1:]
        plain: dict[tuple[str, str], Callable[[], Any]] = {
            ("GET", "state"): self.state,
            ("GET", "deliveries"): self.deliverer.log,
            ("GET", "faults"): self.world.faults.as_json,
            ("POST", "reset"): self.reset,
            ("POST", "deliver"): lambda: self.deliver(**given),
            ("POST", "clock"): lambda: self.move_clock(given),
            ("POST", "faults"): lambda: self.world.faults.add(**given).as_json(),
            ("DELETE", "faults"): self.world.faults.clear,
            ("POST", "refunds"): lambda: self.refund(**given),
            ("POST", "events"): lambda: self.emit(given.pop("type"), given.pop("object"), **given),
        }
        action = plain.get((method, "/".join(steps))) or self.aimed(method, steps, given)
        if action is None:
            raise no_such_url(method, path)
        result = action()
        return {} if result is None else result

    def aimed(self, method: str, steps: list[str], given: JsonObject) -> Callable[[], Any] | None:
        if method == "DELETE" and len(steps) == 2 and steps[0] == "faults" and steps[1].isdigit():
            return lambda: self.world.faults.remove(int(steps[1]))
        if method != "POST" or len(steps) != 3:
            return None
        verbs: dict[tuple[str, str], Callable[..., Any]] = {
            ("sessions", "pay"): self.pay,
            ("sessions", "pay_delayed"): self.pay_delayed,
            ("sessions", "settle"): self.settle,
            ("refunds", "fail"): self.fail_refund,
            ("refunds", "finish"): self.finish_refund,
        }
        verb = verbs.get((steps[0], steps[2]))
        return (lambda: verb(steps[1], **given)) if verb else None

    def move_clock(self, given: JsonObject) -> JsonObject:
        if "now" in given:
            return self.advance(int(given["now"]) - self.world.now())
        return self.advance(int(given["advance"]))
