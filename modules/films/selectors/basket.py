"""What lies in a basket, as its page and the checkout show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from modules.core.money import Money, total
from modules.films.models import Basket, BasketLine
from modules.films.selectors.stock import available_by_edition


@dataclass(frozen=True)
class BasketRow:
    """A line with what the customer must know before paying."""

    line: BasketLine
    available: int | None
    """None: a digital film never sells out."""
    is_for_sale: bool

    @property
    def is_short(self) -> bool:
        return self.available is not None and self.available < self.line.quantity


@dataclass(frozen=True)
class BasketView:
    """A whole basket."""

    rows: Sequence[BasketRow]

    @property
    def count(self) -> int:
        return sum(row.line.quantity for row in self.rows)

    @property
    def subtotal(self) -> Money:
        return total((row.line.total for row in self.rows), settings.SHOP_CURRENCY)

    @property
    def has_digital(self) -> bool:
        return any(row.line.edition.is_digital for row in self.rows)

    @property
    def has_physical(self) -> bool:
        return any(not row.line.edition.is_digital for row in self.rows)

    @property
    def new_prices(self) -> list[BasketRow]:
        return [row for row in self.rows if row.line.has_new_price]

    @property
    def is_orderable(self) -> bool:
        return bool(self.rows) and all(row.is_for_sale and not row.is_short for row in self.rows)


def find_basket(*, user_id: int | None, token: UUID | None) -> Basket | None:
    """Somebody's basket, or a guest's by its token."""
    if user_id is not None:
        return Basket.objects.filter(customer_id=user_id).first()
    return Basket.objects.filter(token=token, customer=None).first() if token else None


def lines_of(basket: Basket) -> QuerySet[BasketLine]:
    """The lines with their films, in the order they were added."""
    return (
        basket.lines.select_related("edition__film")
        .prefetch_related("edition__film__genres")
        .order_by("added_at", "pk")
    )


def basket_view(basket: Basket | None, *, today: date) -> BasketView:
    """The basket in a constant number of queries; without a basket, an empty one. `today` is the shop's day."""
    lines = list(lines_of(basket)) if basket is not None else []
    left = available_by_edition([line.edition_id for line in lines]) if lines else {}
    return BasketView([_row(line, left, today) for line in lines])


def _row(line: BasketLine, left: dict[int, int], today: date) -> BasketRow:
    edition = line.edition
    return BasketRow(
        line,
        None if edition.is_digital else left.get(edition.pk, 0),
        edition.film.archived_at is None and edition.is_on_sale(today),
    )


def count_of(basket: Basket | None) -> int:
    """How many pieces lie in it, for the header."""
    if basket is None:
        return 0
    return int(basket.lines.aggregate(count=Sum("quantity"))["count"] or 0)
