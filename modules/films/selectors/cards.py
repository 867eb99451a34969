"""Films as they stand on a shelf: cover, title, price, what is left. Five queries, however many films."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from modules.core.money import Money
from modules.films.choices import Format, Job
from modules.films.models import Credit, Edition, Film, Genre
from modules.films.models.editions import FEW
from modules.films.selectors.stock import available_by_edition


@dataclass(frozen=True)
class Offer:
    """An edition with what may be bought of it now; `left` is None for what never sells out."""

    edition: Edition
    left: int | None
    is_on_sale: bool

    @property
    def format(self) -> Format:
        return Format(self.edition.format)

    @property
    def is_buyable(self) -> bool:
        return self.is_on_sale and (self.left is None or self.left > 0)

    @property
    def is_few(self) -> bool:
        return self.left is not None and 0 < self.left <= FEW


@dataclass(frozen=True)
class Card:
    """A film on a shelf."""

    film: Film
    directors: Sequence[str]
    genres: Sequence[Genre]
    offers: Sequence[Offer]

    @property
    def genre(self) -> str:
        return self.genres[0].slug if self.genres else ""

    @property
    def byline(self) -> str:
        return ", ".join(self.directors[:2])

    @property
    def buyable(self) -> list[Offer]:
        return [offer for offer in self.offers if offer.is_buyable]

    @property
    def price(self) -> Money | None:
        """The lowest price at which the film can be had now."""
        return min((offer.edition.price for offer in self.buyable), default=None)

    @property
    def has_several_prices(self) -> bool:
        return len({offer.edition.price for offer in self.buyable}) > 1

    @property
    def last_copies(self) -> int | None:
        """How many discs are left, when only few are and nothing digital is to be had."""
        if not self.buyable or any(offer.left is None for offer in self.buyable):
            return None
        left = sum(offer.left or 0 for offer in self.buyable)
        return left if left <= FEW else None


def offers_of(editions: Sequence[Edition], today: date) -> dict[int, list[Offer]]:
    """Offers by film, in the order DVD, Blu-ray, digital; one query for what is left."""
    left = available_by_edition(edition.pk for edition in editions if not edition.is_digital)
    order = list(Format.values)
    offers: dict[int, list[Offer]] = defaultdict(list)
    for edition in sorted(editions, key=lambda edition: (order.index(edition.format), edition.sku)):
        count = None if edition.is_digital else max(left.get(edition.pk, 0), 0)
        offers[edition.film_id].append(Offer(edition, count, edition.is_on_sale(today)))
    return offers


def cards_of(film_ids: Sequence[int], today: date) -> list[Card]:
    """Cards in the order of the ids; a film that is gone meanwhile is left out."""
    ids = list(dict.fromkeys(film_ids))
    directors = Credit.objects.filter(job=Job.DIRECTOR).select_related("person").order_by("film_id", "position")
    films = Film.objects.filter(pk__in=ids).prefetch_related(
        "genres",
        Prefetch("credits", directors, to_attr="directing"),
        Prefetch("editions", Edition.objects.shown(), to_attr="shown_editions"),
    )
    found = {film.pk: film for film in films}
    offers = offers_of([edition for film in found.values() for edition in _editions(film)], today)
    return [
        Card(
            film=found[pk],
            directors=[credit.person.name for credit in found[pk].directing],
            genres=list(found[pk].genres.all()),
            offers=offers.get(pk, []),
        )
        for pk in ids
        if pk in found
    ]


def _editions(film: Film) -> list[Edition]:
    return list(film.shown_editions)  # type: ignore[attr-defined]
