"""What a customer may ask of the list of films. An address typed by hand is never an error: what means nothing is
left out."""

from django.http import QueryDict
from django.utils.text import slugify

from modules.films.choices import Format
from modules.films.models.catalogue import FIRST_YEAR, LAST_YEAR
from modules.films.selectors.filters import Filters
from modules.films.selectors.listing import RELEVANCE, SORTS
from modules.films.selectors.ranking import MAX_QUERY


def filters_of(params: QueryDict) -> Filters:
    """The filters in an address."""
    kind, sort = params.get("format", ""), params.get("sort", "")
    query = " ".join(params.get("q", "")[: MAX_QUERY * 2].replace("\0", " ").split())[:MAX_QUERY]
    return Filters(
        q=query,
        genre=slugify(params.get("genre", "")[:60]),
        decade=_decade(params.get("decade", "")),
        format=kind if kind in Format.values else "",
        stock=params.get("stock", "") == "1",
        sort=sort if sort in SORTS or (sort == RELEVANCE and query) else "",
    )


def _decade(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        return None
    year = int(text)
    return year - year % 10 if FIRST_YEAR <= year <= LAST_YEAR else None
