"""Single lines cancelled before they are sent: copies, money, tax, credit note."""

import pytest

from modules.billing.api import balance, credit_notes_of, invoice_of, payments_of
from modules.core import outbox
from modules.core.actors import Actor
from modules.core.money import Money
from modules.films.choices import OrderState, ShipmentState
from modules.films.models import OrderLine
from modules.films.selectors.stock import (
    available_by_edition,
)
from modules.workflow.api import (
    GuardRefused,
    InvalidData,
)
from tests.factories.shop import Shop
from tests.films.books import NOTHING, books_balance

pytestmark = pytest.mark.django_db


def test_acceptance_6_a_cancelled_line_goes_back_with_its_tax_and_a_credit_note(shop: Shop, clerk: Actor) -> None:
    kept, unwanted = shop.edition(price=1000), shop.edition(price=1290, stock=3)
    order = shop.buy(kept, unwanted, quantity=3)
    line = order.lines.get(edition=unwanted)
    before = (order.net, order.tax, order.gross)
    shop.cancel_line(order, line, 1, actor=clerk)
    outbox.drain()
    shop.deliver()
    order.refresh_from_db()
    line.refresh_from_db()
    assert (order.state, line.cancelled, line.to_ship) == (OrderState.PAID, 1, 2)
    assert (order.net, order.tax, order.gross) == before
    assert available_by_edition([unwanted.pk]) == {unwanted.pk: 1}
    assert payments_of(order).get().refunded == Money(1290, "EUR")
    invoice = invoice_of(order)
    assert invoice is not None
    note = credit_notes_of(invoice)[0]
    assert (note.gross, note.net, note.tax) == (Money(1290, "EUR"), Money(1066, "EUR"), Money(224, "EUR"))
    assert balance("sales_film") == order.net - note.net
    assert balance("tax_payable") == order.tax - note.tax
    assert balance("sales_returns") == NOTHING
    books_balance()


def test_the_rest_of_a_partly_shipped_order_is_cancelled_and_what_was_sent_stays(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=2)
    shop.stock(edition, 1, "warehouse")
    order = shop.buy(edition, quantity=3)
    shop.ship(order.shipments.order_by("position")[0], actor=clerk)
    order.refresh_from_db()
    line = order.lines.get(edition=edition)
    shop.cancel_line(order, line, line.quantity - OrderLine.objects.get(pk=line.pk).shipped, actor=clerk)
    assert order.state == OrderState.SHIPPED
    shop.deliver()
    assert balance("sales_returns") == NOTHING
    assert sorted(shipment.state for shipment in order.shipments.all()) == ["cancelled", "shipped"]
    books_balance()


def test_an_order_whose_every_line_is_cancelled_ends_and_gives_all_money_back(shop: Shop, clerk: Actor) -> None:
    edition = shop.edition(stock=2)
    order = shop.buy(edition, quantity=2)
    shop.cancel_line(order, order.lines.get(edition=edition), 2, actor=clerk)
    outbox.drain()
    shop.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert payments_of(order).get().refunded == order.gross
    assert [shipment.state for shipment in order.shipments.all()] == [ShipmentState.CANCELLED]
    assert balance("sales_film") == balance("tax_payable") == NOTHING
    books_balance()


def test_a_packed_line_is_not_cancelled(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition())
    shop.pack(order.shipments.get(), actor=clerk)
    with pytest.raises((GuardRefused, InvalidData)):
        shop.cancel_line(order, order.lines.order_by("position")[0], 1, actor=clerk)


def test_more_than_waits_is_refused_beside_the_field(shop: Shop, clerk: Actor) -> None:
    order = shop.buy(shop.edition(stock=2), quantity=2)
    with pytest.raises(InvalidData) as refused:
        shop.cancel_line(order, order.lines.order_by("position")[0], 3, actor=clerk)
    assert "quantity" in refused.value.errors
