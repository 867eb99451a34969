"""The list of films: searched, narrowed, sorted, paged, and counted by what else one might choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page
from django.db.models import OuterRef, QuerySet, Subquery

from modules.films.models import Edition, Film
from modules.films.selectors.cards import Card, cards_of
from modules.films.selectors.counts import FilmPaginator, capped_count, is_large, remembered
from modules.films.selectors.facets import ChipGroup, chip_groups
from modules.films.selectors.filters import Filters, narrowed
from modules.films.selectors.ranking import Fit
from modules.films.selectors.search import find_films

PAGE_SIZE = 24
SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-year", "sort_title", "pk"),
    "oldest": ("year", "sort_title", "pk"),
    "title": ("sort_title", "pk"),
    "price": ("lowest", "sort_title", "pk"),
}
DEFAULT_SORT = "newest"
RELEVANCE = "relevance"


@dataclass(frozen=True)
class FilmListing:
    """All that the page of films shows."""

    cards: Sequence[Card]
    page: Page[int]
    groups: Sequence[ChipGroup]
    fit: Fit
    clear_url: str

    def title_of(self, key: str) -> str:
        """What is chosen of a filter, in words; empty when nothing is."""
        chips = next(group.chips for group in self.groups if group.key == key)
        return next((str(chip.title) for chip in chips if chip.is_on), "")

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @property
    def is_capped(self) -> bool:
        """Whether there are more films than are counted."""
        return isinstance(self.page.paginator, FilmPaginator) and self.page.paginator.is_capped


def list_films(filters: Filters, *, page: str, path: str, today: date) -> FilmListing:
    """Ten queries (eleven when narrowed without a search), however many films there are: the search or the counts, the
    page, three facets, five for cards. Of a large catalogue the facets are remembered."""
    found = find_films(filters.q)
    films = Film.objects.shown() if found is None else Film.objects.shown().filter(pk__in=found.ids)
    kept = narrowed(films, filters, today)
    whole = capped_count(films) if found is None else len(found.ids)
    ids: Sequence[int] | QuerySet[Film, int]
    if found is not None and filters.sort in ("", RELEVANCE):
        passing = set(kept.order_by().values_list("pk", flat=True))
        ids = [pk for pk in found.ids if pk in passing]
        size = len(ids)
    else:
        ids = _sorted(kept, filters.sort).values_list("pk", flat=True)
        size = _size(kept, filters, today, whole)
    shown: Page[int] = FilmPaginator(ids, PAGE_SIZE, size=size).get_page(page)
    return FilmListing(
        cards=cards_of(list(shown.object_list), today),
        page=shown,
        groups=chip_groups(films, filters, today, path, large=is_large(whole)),
        fit=found.fit if found is not None else Fit.EXACT,
        clear_url=path + filters.query_string(q="", genre="", decade=None, format="", stock=False)
        if filters.is_narrowed
        else "",
    )


def _size(kept: QuerySet[Film], filters: Filters, today: date, whole: int) -> int:
    """How many films the filters leave of the whole list."""
    if not filters.is_narrowed:
        return whole
    key = f"size:{today}:{filters.query_string(sort='')}"
    return int(remembered({key: lambda: capped_count(kept)}, large=is_large(whole))[key])


def _sorted(films: QuerySet[Film], sort: str) -> QuerySet[Film]:
    if sort == "price":
        prices = Edition.objects.shown().filter(film=OuterRef("pk")).order_by("price").values("price")
        films = films.annotate(lowest=Subquery(prices[:1]))
    return films.order_by(*SORTS.get(sort, SORTS[DEFAULT_SORT]))
