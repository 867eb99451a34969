"""What goods cost, in the books: received, sold and lost, each posted from its movements."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.text import slugify

from modules.billing.api import post
from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.models import StockMovement

UNKNOWN_SUPPLIER = "unknown"


def post_receipt(movements: Sequence[StockMovement], *, supplier: str, actor: Actor, at: datetime) -> None:
    """Goods received: inventory against what is owed to the supplier."""
    creditor = f"payable:{slugify(supplier)[:60] or UNKNOWN_SUPPLIER}"
    _post(movements, "inventory", creditor, actor=actor, at=at)


def post_sale(movements: Sequence[StockMovement], *, subject: models.Model | None, actor: Actor, at: datetime) -> None:
    """Goods shipped: their cost against inventory."""
    _post(movements, "inventory", "cogs", actor=actor, at=at, subject=subject)


def post_shrinkage(movement: StockMovement, *, actor: Actor, at: datetime) -> None:
    """Copies lost or found."""
    _post([movement], "inventory", "shrinkage", actor=actor, at=at)


def _post(
    movements: Sequence[StockMovement],
    debited: str,
    credited: str,
    *,
    actor: Actor,
    at: datetime,
    subject: models.Model | None = None,
) -> None:
    """One transaction for all movements, under the key of the first; nothing where they cost nothing."""
    amount = Money(sum(movement.value.minor for movement in movements), settings.SHOP_CURRENCY)
    if amount:
        post(
            key=f"films.stock:{movements[0].pk}",
            lines=[(debited, amount), (credited, -amount)],
            at=at,
            actor=actor,
            subject=subject,
            memo=movements[0].document,
        )
