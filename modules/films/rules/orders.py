"""What an order costs, and when its steps are possible. Pure: rows and facts are given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from modules.core.money import Money, total
from modules.films.choices import LineKind
from modules.films.models import BasketLine, Order
from modules.films.rules.tax import tax_rate
from modules.films.selectors.orders import OrderFacts
from modules.workflow.api import Reason, guard


@dataclass(frozen=True)
class PricedLine:
    """A position with its price and the tax inside it."""

    kind: LineKind
    title: str
    quantity: int
    unit_price: Money
    tax_rate: Decimal
    edition_id: int | None = None
    sku: str = ""
    is_digital: bool = False

    @property
    def gross(self) -> Money:
        return self.unit_price * self.quantity

    @property
    def net(self) -> Money:
        """Gross without its tax, rounded half up once a line."""
        exact = Decimal(self.gross.minor) / (1 + self.tax_rate)
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.gross.currency)

    @property
    def tax(self) -> Money:
        return self.gross - self.net


def price_lines(lines: Iterable[BasketLine], *, shipping_title: str) -> list[PricedLine]:
    """Today's prices of a basket, with shipping as the last position where something is shipped."""
    priced = [
        PricedLine(
            LineKind.EDITION,
            f"{line.edition.film} · {line.edition.get_format_display()}",
            line.quantity,
            line.edition.price,
            tax_rate(line.edition.tax_class),
            line.edition_id,
            line.edition.sku,
            line.edition.is_digital,
        )
        for line in lines
    ]
    fee = shipping_fee(priced)
    if fee is not None:
        priced.append(PricedLine(LineKind.SHIPPING, shipping_title, 1, fee, tax_rate("standard")))
    return priced


def shipping_fee(lines: Sequence[PricedLine]) -> Money | None:
    """One fee an order, nothing above a threshold of shipped goods; None when nothing is shipped."""
    shipped = [line.gross for line in lines if not line.is_digital]
    if not shipped:
        return None
    currency = shipped[0].currency
    is_free = total(shipped, currency) >= Money(settings.FREE_SHIPPING_FROM, currency)
    return Money(0 if is_free else settings.SHIPPING_FEE, currency)


def gross_of(lines: Sequence[PricedLine]) -> Money:
    """What a list of positions costs."""
    return total((line.gross for line in lines), settings.SHOP_CURRENCY)


@guard(_("Not paid in full: {missing} is missing"), negated=_("It is paid"), changed_by=_("the customer, by paying"))
def is_paid_in_full(order: Order, facts: OrderFacts) -> bool | Reason:
    missing = order.gross - facts.captured
    return missing.minor <= 0 or Reason(missing=missing)


@guard(
    _("Its films are no longer in stock"), negated=_("Its films are still in stock"),
    changed_by=_("a shop clerk, by receiving goods"),
)  # fmt: skip
def is_still_in_stock(order: Order, facts: OrderFacts) -> bool:
    return facts.in_stock


@guard(_("Something has to be shipped"), negated=_("Nothing has to be shipped"))
def has_only_digital(order: Order, facts: OrderFacts) -> bool:
    return not facts.to_ship and not facts.shipped and facts.has_digital


@guard(_("Something is left of it"), negated=_("Nothing is left of it"))
def nothing_left(order: Order, facts: OrderFacts) -> bool:
    return not facts.to_ship and not facts.shipped and not facts.has_digital


@guard(
    _("It is packed already; send it back when it arrives"), negated=_("Nothing is packed yet"),
    changed_by=_("whoever packed it, by taking that back before it is handed over"),
)  # fmt: skip
def nothing_picked(order: Order, facts: OrderFacts) -> bool:
    return not facts.is_packed


@guard(
    _("Everything is packed, sent or cancelled already"), negated=_("Some of it is not packed yet"),
    changed_by=_("whoever packed it, by taking that back before it is handed over"),
)  # fmt: skip
def has_open_lines(order: Order, facts: OrderFacts) -> bool:
    return facts.waiting > 0


@guard(
    _("Nothing has been shipped yet"), negated=_("Some of it has been shipped"),
    changed_by=_("a shop clerk, by shipping it"),
)  # fmt: skip
def has_shipped(order: Order, facts: OrderFacts) -> bool:
    return facts.shipped > 0


@guard(
    _("{count} more have to be shipped"), negated=_("Nothing is left to ship"),
    changed_by=_("a shop clerk, by shipping it or cancelling the line"),
)  # fmt: skip
def nothing_left_to_ship(order: Order, facts: OrderFacts) -> bool | Reason:
    return not facts.to_ship or Reason(count=facts.to_ship)


@guard(
    _("A shipment is still under way"), negated=_("Every shipment has arrived"),
    changed_by=_("a shop clerk, by noting that it has arrived"),
)  # fmt: skip
def all_delivered(order: Order, facts: OrderFacts) -> bool:
    return facts.all_delivered
