"""Prices change here and nowhere else, and each one is kept."""

from datetime import datetime

from django.db import transaction

from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.money import Money
from modules.films.models import Edition, EditionPrice


@transaction.atomic
def change_price(*, edition: Edition, price: Money, actor: Actor, at: datetime, reason: str = "") -> Edition:
    """Sell the edition at another price from now on. Orders keep theirs; open baskets are asked to confirm."""
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    before = locked.price
    if before == price:
        return locked
    locked.price = price
    locked.revision += 1
    locked.save(update_fields=["price", "revision", "updated_at"])
    EditionPrice.objects.create(
        edition=locked, price=price, currency=locked.currency, starts_at=at, actor=actor.user, reason=reason
    )
    audit(locked, "price_changed", actor=actor, at=at, changes={"price": [str(before), str(price)]}, reason=reason)
    return locked


@transaction.atomic
def first_price(*, edition: Edition, actor: Actor, at: datetime, reason: str = "") -> EditionPrice:
    """Begin the history of a new edition's prices."""
    return EditionPrice.objects.create(
        edition=edition, price=edition.price, currency=edition.currency, starts_at=at, actor=actor.user, reason=reason
    )
