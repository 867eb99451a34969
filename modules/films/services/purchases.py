"""Orders that staff take by phone, and what of an order may still be changed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from modules.accounts.api import user_by_email
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.films.choices import OrderState
from modules.films.errors import TooLateToChange
from modules.films.models import Basket, Edition, Order
from modules.films.services.basket import add_to_basket
from modules.films.services.orders import Behalf, Buyer, place_order

CHANGEABLE = (OrderState.AWAITING_PAYMENT, OrderState.PAID)
"""States in which nothing has been sent: address and e-mail may still change."""


@transaction.atomic
def take_order(*, quantities: Mapping[int, int], buyer: Buyer, actor: Actor, at: datetime, key: UUID) -> Order:
    """Place an order for somebody who called: same prices, stock and rules as at the checkout; the mail has the link to
    pay. Who has an account under the address owns it, else it is a guest's.

    Raises what `place_order` raises; nothing is kept then. The same key gives the same order.
    """
    basket = Basket.objects.create(token=uuid4(), created_at=at, updated_at=at)
    for edition in Edition.objects.filter(pk__in=list(quantities)).select_related("film").order_by("pk"):
        add_to_basket(basket=basket, edition=edition, quantity=quantities[edition.pk], at=at)
    behalf = Behalf(user_by_email(buyer.email))
    order = place_order(basket=basket, buyer=buyer, actor=actor, behalf=behalf, at=at, key=key)
    basket.lines.all().delete()
    basket.delete()
    audit(order, "taken", actor=actor, at=at, changes={"email": [None, order.email]})
    return order


@transaction.atomic
def change_purchase(*, order: Order, changes: Mapping[str, object], actor: Actor, at: datetime) -> Order:
    """Change e-mail, name and address until something is sent, and the note at any time. TooLateToChange."""
    Order.lock_row(order.pk)
    kept = Order.objects.get(pk=order.pk)
    wanted = {name: value for name, value in changes.items() if getattr(kept, name) != value}
    if set(wanted) - {"note"} and kept.state not in CHANGEABLE:
        raise TooLateToChange
    if wanted:
        told = {name: [getattr(kept, name), value] for name, value in wanted.items()}
        Order.objects.filter(pk=kept.pk).update(**wanted, revision=F("revision") + 1, updated_at=at)
        audit(kept, "changed", actor=actor, at=at, changes=told)
        order.refresh_from_db()
    return order
