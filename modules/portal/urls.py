"""Addresses of the portal, from the declared pages: `/<prefix>/`, `…/new/`, `/<prefix>/<lookup>/`, `…/live/`."""

from django.urls import URLPattern, path

from modules.portal.pages import RecordPages, record_pages
from modules.portal.views import RecordCreateView, RecordDetailView, RecordListView, RecordLiveView

app_name = "portal"


def addresses_of(pages: RecordPages) -> list[URLPattern]:
    """The addresses of one declaration."""
    found: list[URLPattern] = []
    stem, route = f"{pages.path}/", pages.route
    if pages.list:
        found.append(path(stem, RecordListView.as_view(pages=pages), name=f"{route}_list"))
    if pages.create:
        found.append(path(f"{stem}new/", RecordCreateView.as_view(pages=pages), name=f"{route}_create"))
    if pages.detail:
        stem += "<str:lookup>/"
        found.append(path(stem, RecordDetailView.as_view(pages=pages), name=f"{route}_detail"))
        found.append(path(f"{stem}live/", RecordLiveView.as_view(pages=pages), name=f"{route}_live"))
    return found


urlpatterns = [address for pages in record_pages for address in addresses_of(pages)]
