"""The list of films: searched, narrowed, sorted, paged, and counted by what else one might choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Min, Q, QuerySet

from modules.films.models import Film
from modules.films.selectors.cards import Card, cards_of
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


def list_films(filters: Filters, *, page: str, path: str, today: date) -> FilmListing:
    """Ten queries, however many films there are: the search or the count, the page, three facets, five for cards."""
    found = find_films(filters.q)
    films = Film.objects.shown() if found is None else Film.objects.shown().filter(pk__in=found.ids)
    kept = narrowed(films, filters, today)
    ids: Sequence[int] | QuerySet[Film, int]
    if found is not None and filters.sort in ("", RELEVANCE):
        passing = set(kept.order_by().values_list("pk", flat=True))
        ids = [pk for pk in found.ids if pk in passing]
    else:
        ids = _sorted(kept, filters.sort).values_list("pk", flat=True)
    shown: Page[int] = Paginator(ids, PAGE_SIZE).get_page(page)
    return FilmListing(
        cards=cards_of(list(shown.object_list), today),
        page=shown,
        groups=chip_groups(films, filters, today, path),
        fit=found.fit if found is not None else Fit.EXACT,
        clear_url=path + filters.query_string(q="", genre="", decade=None, format="", stock=False)
        if filters.is_narrowed
        else "",
    )


def _sorted(films: QuerySet[Film], sort: str) -> QuerySet[Film]:
    if sort == "price":
        films = films.annotate(lowest=Min("editions__price", filter=Q(editions__archived_at__isnull=True)))
    return films.order_by(*SORTS.get(sort, SORTS[DEFAULT_SORT]))
