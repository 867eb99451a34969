"""Filling a basket. Nothing here promises stock; the checkout does.

Every verb locks the basket's row before its lines, as placing an order does, so that they wait for each other.
"""

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Least

from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.errors import NotForSale
from modules.films.models import Basket, BasketLine, Edition
from modules.films.models.basket import MAX_QUANTITY
from modules.films.rules.editions import shop_day


def open_basket(*, token: uuid.UUID | None, actor: Actor, at: datetime) -> Basket:
    """The actor's basket, made if there is none. Signing in takes the guest's basket along."""
    if actor.user is None:
        found = Basket.objects.filter(token=token, customer=None).first() if token else None
        return found or Basket.objects.create(created_at=at, updated_at=at)
    basket, _made = Basket.objects.get_or_create(customer=actor.user, defaults={"created_at": at, "updated_at": at})
    if token and token != basket.token:
        merge_basket(basket, token=token, at=at)
    return basket


@transaction.atomic
def merge_basket(basket: Basket, *, token: uuid.UUID, at: datetime) -> None:
    """Move a guest's lines into somebody's basket; where both have an edition, quantities add up.

    A price that has changed since the guest saw it still asks to be confirmed.
    """
    locked = {row.token: row for row in _locked(Q(pk=basket.pk) | Q(token=token, customer=None))}
    guest = locked.get(token)
    if guest is None:
        return
    for line in guest.lines.select_related("edition"):
        _add(basket, line.edition, line.quantity, seen_price=line.seen_price, at=at)
    guest.delete()


@transaction.atomic
def add_to_basket(*, basket: Basket, edition: Edition, quantity: int, at: datetime) -> BasketLine:
    """Put some of an edition into the basket, up to twenty a line."""
    if edition.film.archived_at or not edition.is_on_sale(shop_day(at)):
        raise NotForSale(titles=edition.film.title)
    _locked(Q(pk=basket.pk))
    return _add(basket, edition, quantity, seen_price=edition.price, at=at)


def _locked(which: Q) -> list[Basket]:
    """The rows of baskets, locked in order of primary key."""
    return list(Basket.objects.select_for_update().filter(which).order_by("pk"))


def _add(basket: Basket, edition: Edition, quantity: int, *, seen_price: Money, at: datetime) -> BasketLine:
    line, made = BasketLine.objects.get_or_create(
        basket=basket,
        edition=edition,
        defaults={
            "quantity": min(quantity, MAX_QUANTITY),
            "currency": edition.currency,
            "seen_price": seen_price,
            "added_at": at,
        },
    )
    if not made:
        BasketLine.objects.filter(pk=line.pk).update(
            quantity=Least(F("quantity") + quantity, MAX_QUANTITY), seen_price=seen_price.minor
        )
        line.refresh_from_db()
    _touch(basket, at)
    return line


@transaction.atomic
def set_quantity(*, basket: Basket, edition: Edition, quantity: int, at: datetime) -> int:
    """Set how many are wanted; none takes the line out. Gives the quantity before."""
    _locked(Q(pk=basket.pk))
    line = BasketLine.objects.filter(basket=basket, edition=edition).first()
    if line is None:
        if quantity > 0:  # taking out was undone
            _add(basket, edition, quantity, seen_price=edition.price, at=at)
        return 0
    before = line.quantity
    if quantity <= 0:
        line.delete()
    else:
        line.quantity = min(quantity, MAX_QUANTITY)
        line.save(update_fields=["quantity"])
    _touch(basket, at)
    return before


@transaction.atomic
def confirm_prices(*, basket: Basket, at: datetime) -> None:
    """The customer has seen today's prices."""
    _locked(Q(pk=basket.pk))
    for line in basket.lines.select_related("edition"):
        if line.has_new_price:
            line.seen_price = line.edition.price
            line.save(update_fields=["seen_price"])
    _touch(basket, at)


def empty_basket(*, basket: Basket, at: datetime) -> None:
    """Take everything out, after an order was placed from it."""
    basket.lines.all().delete()
    _touch(basket, at)


def _touch(basket: Basket, at: datetime) -> None:
    Basket.objects.filter(pk=basket.pk).update(updated_at=at)
