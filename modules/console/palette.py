"""The command palette: records by number and name, pages, actions, and what modules add to it (`core.palette`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.console.lists import indexed_columns, prefix_condition
from modules.console.navigation import address, is_allowed, is_model, navigation_entries
from modules.core.looks import look_of
from modules.core.manifest import Nav
from modules.core.palette import PaletteEntry, palette_entries, palette_source

MODELS, RECORDS, ENTRIES = 8, 5, 8
"""At most so many models are asked, so many records of each are shown, so many entries under any other heading."""
LONGEST_TERM = 100


@dataclass(frozen=True)
class Group:
    """The entries under one heading."""

    title: str
    entries: list[PaletteEntry] = field(default_factory=list)


def grouped(entries: Sequence[PaletteEntry]) -> list[Group]:
    """Entries under their headings, in the order in which these appear first."""
    groups: dict[str, Group] = {}
    for entry in entries:
        group = groups.setdefault(str(entry.group), Group(str(entry.group)))
        if len(group.entries) < ENTRIES:
            group.entries.append(entry)
    return list(groups.values())


@require_safe
@never_cache
def palette_view(request: HttpRequest) -> HttpResponse:
    """The results as a fragment for the dialog, or the whole palette as a page."""
    term = " ".join(request.GET.get("q", "").split())[:LONGEST_TERM]
    facts = {"groups": grouped(palette_entries(request, term)), "term": term}
    if request.headers.get("HX-Request"):
        response = TemplateResponse(request, "console/partials/_palette_options.html", facts)
    else:
        context = {**admin.site.each_context(request), "title": _("Search"), **facts}
        response = TemplateResponse(request, "console/palette.html", context)
    response["Vary"] = "HX-Request"
    return response


def begins(words: object, term: str) -> bool:
    """Whether every word of the term begins a word of the title: “ship ord” finds “Orders to ship”."""
    known = str(words).casefold().split()
    return all(any(word.startswith(part) for word in known) for part in term.casefold().split())


# Records


@palette_source("console.records", order=10)
def records(request: HttpRequest, term: str) -> Iterator[PaletteEntry]:
    """Records whose number or name begins so, one query a model; nothing for an empty term."""
    if term:
        for nav, pages, fields in islice(_searchable(request), MODELS):
            yield from _found(request, nav, pages, fields, term)


def _searchable(request: HttpRequest) -> Iterator[tuple[Nav, Any, list[str]]]:
    """Models of the sidebar, in its order, that this person may view and whose own indexed columns can be searched."""
    for nav in navigation_entries():
        pages = _pages_of(nav)
        if pages is None or not pages.has_view_or_change_permission(request):
            continue
        indexed = indexed_columns(pages.model)
        fields = [name for name in pages.get_search_fields(request) if name.lstrip("=^") in indexed]
        if fields:
            yield nav, pages, fields


def _pages_of(nav: Nav) -> Any:
    if not is_model(nav):
        return None
    try:
        return admin.site._registry.get(apps.get_model(nav.target))
    except LookupError:
        return None


def _found(request: HttpRequest, nav: Nav, pages: Any, fields: list[str], term: str) -> Iterator[PaletteEntry]:
    rows = pages.get_queryset(request).filter(prefix_condition(fields, term)).order_by()
    related = pages.list_select_related
    rows = rows.select_related(*related) if isinstance(related, (list, tuple)) and related else rows
    options = pages.model._meta
    for record in rows[:RECORDS]:
        url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])
        yield PaletteEntry(str(record), url, hint=_hint(record), icon=nav.icon, group=nav.title)


def _hint(record: Model) -> str:
    """The state tells one order from the next."""
    return str(look_of(record).title) if getattr(record, "state", None) else ""


# Pages


@palette_source("console.pages", order=20)
def pages(request: HttpRequest, term: str) -> Iterator[PaletteEntry]:
    """The sidebar's entries that this person may open."""
    group = _("Pages")
    if begins(_("Start"), term):
        yield PaletteEntry(_("Start"), reverse("admin:index"), icon="home", group=group)
    for nav in navigation_entries():
        url = address(nav) if begins(nav.title, term) and is_allowed(nav, request) else None
        if url is not None:
            yield PaletteEntry(nav.title, url, icon=nav.icon, group=group)
    if begins(_("Elements"), term) and term:
        yield PaletteEntry(_("Elements"), reverse("admin:elements"), icon="widgets", group=group)


# Actions


@palette_source("console.actions", order=30)
def actions(request: HttpRequest, term: str) -> Iterator[PaletteEntry]:
    """What one can do from anywhere: make something new, one's own pages, the way out."""
    for title, url, icon in _deeds(request):
        if begins(title, term):
            yield PaletteEntry(title, url, icon=icon, group=_("Actions"))


def _deeds(request: HttpRequest) -> Iterator[tuple[str, str, str]]:
    for nav in navigation_entries():
        found = _pages_of(nav)
        if found is not None and found.has_add_permission(request):
            options = found.model._meta
            name = capfirst(str(options.verbose_name))
            url = reverse(f"admin:{options.app_label}_{options.model_name}_add")
            yield _("New: %(name)s") % {"name": name}, url, "add"
    for title, name, icon in (
        (_("Your profile"), "accounts:profile", "person"),
        (_("Sign out"), "account_logout", "logout"),
    ):
        try:
            yield title, reverse(name), icon
        except NoReverseMatch:
            continue
