"""Placing orders, and what their steps do to stock and library."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext, override

from modules.billing.api import SoldLine
from modules.core.actors import SYSTEM, Actor
from modules.core.events import publish
from modules.core.money import total
from modules.core.once import once
from modules.films.choices import LineKind
from modules.films.errors import AccountNeeded, AddressNeeded, BasketEmpty, NotForSale, PriceChanged
from modules.films.events import OrderPlaced
from modules.films.models import Basket, Entitlement, Order, OrderLine
from modules.films.rules.editions import shop_day
from modules.films.rules.orders import PricedLine, price_lines
from modules.films.rules.stock import Demand
from modules.films.selectors.basket import BasketView, basket_view
from modules.films.selectors.orders import digital_lines, physical_lines
from modules.films.services.basket import empty_basket
from modules.films.services.holding import allocate, release
from modules.workflow.api import fire, start


@dataclass(frozen=True)
class Buyer:
    """Who orders and where it goes; `address` is empty when nothing is shipped."""

    email: str
    name: str
    language: str
    address: dict[str, str]


@dataclass(frozen=True)
class Behalf:
    """For whom staff take an order: somebody with an account, or a guest."""

    customer: Any
    """The account, or None."""


def place_order(
    *, basket: Basket, buyer: Buyer, actor: Actor, at: datetime, key: UUID, behalf: "Behalf | None" = None
) -> Order:
    """Turn a basket into an order that awaits payment, with its stock set aside. The same key gives the same order.

    The order is the actor's own, unless staff take it on somebody's behalf. Raises PriceChanged, NotEnoughStock,
    NotForSale, AccountNeeded, AddressNeeded or BasketEmpty; nothing is kept then.
    """
    owner = behalf.customer if behalf else actor.user
    with once(Order, placed_key=key, owned={"customer": owner}) as first:
        if first.found:
            return first.found
        # Locked, so that a second tab cannot order or change the same basket under another key meanwhile.
        Basket.objects.select_for_update().get(pk=basket.pk)
        view = basket_view(basket, today=shop_day(at))
        refuse_unorderable(view, buyer=buyer, owner=owner)
        with override(buyer.language):
            lines = price_lines((row.line for row in view.rows), shipping_title=gettext("Shipping"))
        order = _create(lines, buyer=buyer, owner=owner, at=at, key=key)
        set_stock_aside(order, actor=actor, at=at)
        start(order, actor=actor, at=at)
        empty_basket(basket=basket, at=at)
        publish(OrderPlaced(order_id=order.pk, number=order.number, at=at))
        if not order.gross:  # nothing to pay, so no payment will ever arrive
            fire(order, "pay", actor=SYSTEM, at=at, key="free")
    return order


def refuse_unorderable(view: BasketView, *, buyer: Buyer, owner: Any) -> None:
    """Raise what stands against ordering a basket as it is, except for stock, which allocation decides."""
    if not view.rows:
        raise BasketEmpty
    unsold = [row.line.edition.film.title for row in view.rows if not row.is_for_sale]
    if unsold:
        raise NotForSale(titles=", ".join(unsold))
    if view.new_prices:
        raise PriceChanged(titles=", ".join(row.line.edition.film.title for row in view.new_prices))
    if view.has_digital and owner is None:
        raise AccountNeeded
    if view.has_physical and not buyer.address:
        raise AddressNeeded


def _create(lines: Sequence[PricedLine], *, buyer: Buyer, owner: Any, at: datetime, key: UUID) -> Order:
    currency = settings.SHOP_CURRENCY
    order = Order.objects.create(
        customer=owner,
        email=buyer.email,
        name=buyer.name,
        language=buyer.language,
        address=buyer.address,
        placed_key=key,
        placed_at=at,
        currency=currency,
        net=total((line.net for line in lines), currency),
        tax=total((line.tax for line in lines), currency),
        gross=total((line.gross for line in lines), currency),
    )
    OrderLine.objects.bulk_create(_line(order, position, line) for position, line in enumerate(lines, start=1))
    return order


def _line(order: Order, position: int, line: PricedLine) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        kind=line.kind,
        edition_id=line.edition_id,
        title=line.title,
        sku=line.sku,
        is_digital=line.is_digital,
        quantity=line.quantity,
        currency=order.currency,
        unit_price=line.unit_price,
        tax_rate=line.tax_rate,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
    )


def set_stock_aside(order: Order, *, actor: Actor, at: datetime) -> None:
    """Set aside every copy the order needs, or raise NotEnoughStock."""
    lines = physical_lines([order.pk])
    demands = [Demand(line.edition_id, line.to_ship) for line in lines if line.edition_id and line.to_ship]
    if demands:
        allocate(demands=demands, document=order.number, actor=actor, at=at)


def give_stock_back(order: Order, *, actor: Actor, at: datetime) -> None:
    """Give back what the order still holds."""
    release(document=order.number, actor=actor, at=at)


def grant_entitlements(order: Order, *, at: datetime) -> None:
    """Put the order's digital films into the customer's library, once."""
    if order.customer_id is None:
        return
    Entitlement.objects.bulk_create(
        [
            Entitlement(user_id=order.customer_id, edition_id=line.edition_id, order_line=line, starts_at=at)
            for line in digital_lines(order)
            if line.edition_id is not None
        ],
        ignore_conflicts=True,
    )


def revoke_entitlements(order: Order, *, at: datetime) -> int:
    """Take the order's digital films out of the library again, because the money goes back."""
    return Entitlement.objects.filter(order_line__order=order, revoked_at__isnull=True).update(revoked_at=at)


def invoice_lines(order: Order) -> list[SoldLine]:
    """The positions of the order's invoice; shipping that cost nothing is left out."""
    return [
        SoldLine(line.title, line.quantity, line.unit_price, line.tax_rate)
        for line in order.lines.order_by("position")
        if line.gross or line.kind == LineKind.EDITION
    ]


def invoice_buyer(order: Order) -> dict[str, str]:
    """Name and address as they were when the order was placed."""
    return {"name": order.name, "email": order.email, **order.address}
