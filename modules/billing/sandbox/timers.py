"""What time does by itself: sessions expire, holds lapse, refunds fail late."""

from __future__ import annotations

from collections.abc import Callable

from modules.billing.sandbox.resources import intents, refunds, sessions
from modules.billing.sandbox.world import World


def fail_refund(world: World, refund_id: str) -> None:
    refund = world.get("refund", refund_id)
    if refund["status"] in ("succeeded", "pending"):
        refunds.fail(world, refund_id)


ACTIONS: dict[str, Callable[[World, str], None]] = {
    "expire_session": sessions.expire_by_time,
    "release_hold": intents.release_hold,
    "fail_refund": fail_refund,
}


def run_due(world: World) -> None:
    """Everything due, in order, each in a transaction of its own."""
    while True:
        with world.lock:
            if not world.store.has_due_timer(world.now()):
                return
            with world.transaction():
                due = world.store.next_timer(world.now())
                if due:
                    ACTIONS[due[0]](world, due[1])
