"""What the steps of a repair request do: everything goes through the outbox."""

from typing import Any

from modules.core.outbox import Delivery, effect, send
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.effects import Firing

REMIND, TELL = "repairs.remind", "repairs.tell"


def remind(record: Any, firing: Firing) -> None:
    """Whoever reviews is reminded."""
    send(REMIND, {"record": record.pk}, key=f"remind:{firing.key}", at=firing.at, record=record)


def tell_customer(record: Any, firing: Firing) -> None:
    """The customer is told how it ended."""
    payload = {"record": record.pk, "step": firing.transition}
    send(TELL, payload, key=f"tell:{firing.key}", at=firing.at, record=record)


for action in (remind, tell_customer):
    names.effects.register(f"repairs.{action.__name__}", action)


@effect(REMIND)
@effect(TELL)
def deliver(delivery: Delivery) -> None:
    """Nobody listens: the tests look at the rows."""
