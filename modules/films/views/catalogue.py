"""The shop's shelves: the window, the list of films, one film."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from modules.core.http import PortalRequest
from modules.films.forms.catalogue import filters_of
from modules.films.rules.editions import shop_day
from modules.films.rules.sentences import films_sentence, fit_words
from modules.films.selectors.films import film_page
from modules.films.selectors.filters import Filters
from modules.films.selectors.listing import DEFAULT_SORT, RELEVANCE, FilmListing, list_films
from modules.films.selectors.window import shop_window

SORT_TITLES = {
    RELEVANCE: _("Best match"),
    "newest": _("Newest films"),
    "oldest": _("Oldest films"),
    "title": _("Title"),
    "price": _("Lowest price"),
}


@login_not_required
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """The shop window."""
    return render(request, "films/home.html", {"window": shop_window(shop_day(request.now))})


@login_not_required
@require_safe
def film_list(request: PortalRequest) -> HttpResponse:
    """Films to look through; htmx gets the results alone."""
    filters, path = filters_of(request.GET), reverse("films:film_list")
    listing = list_films(filters, page=request.GET.get("page", ""), path=path, today=shop_day(request.now))
    template = "films/partials/_film_results.html" if request.htmx else "films/film_list.html"
    response = render(
        request, template, {**_words(filters, listing), "filters": filters, "listing": listing, "path": path}
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _words(filters: Filters, listing: FilmListing) -> dict[str, Any]:
    """The list said in a sentence, and the orders it can have."""
    sentence = films_sentence(
        listing.count,
        more=listing.is_capped,
        genre=listing.title_of("genre"),
        decade=filters.decade,
        kind=filters.format,
        stock=filters.stock,
        query=filters.q,
    )
    sorts = [(key, title) for key, title in SORT_TITLES.items() if key != RELEVANCE or filters.q]
    note = fit_words(listing.fit, filters.q) if listing.cards else ""
    sort = filters.sort or (RELEVANCE if filters.q else DEFAULT_SORT)
    return {"sentence": sentence, "sorts": sorts, "sort": sort, "fit_note": note}


@login_not_required
@require_safe
def film_detail(request: PortalRequest, slug: str) -> HttpResponse:
    """One film, and how to have it."""
    page = film_page(slug, shop_day(request.now))
    if page is None:
        raise Http404
    return render(request, "films/film_detail.html", {"page": page, "film": page.film})
