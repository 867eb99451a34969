"""The digital films somebody owns."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.core.http import SignedInRequest
from modules.films.selectors.orders import library_of

PAGE_SIZE = 24


@never_cache
@require_safe
def library(request: SignedInRequest) -> HttpResponse:
    """All digital films of the one who looks, newest first, searched by title."""
    found = library_of(request.user.pk)
    query = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    if query:
        found = found.filter(edition__film__title__icontains=query)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "films/library.html", {"page": page, "query": query})
