"""The pages around a list: its views, its columns, its files, its calendar, and the choices of its filters."""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from modules.console import columns, exports, saved_views
from modules.console.chips import Chip, chips_of
from modules.console.columns import Column
from modules.console.filter_choice import filters_of, hidden_on, is_quick
from modules.console.list_filters import ConsoleFilter, Option, Related
from modules.console.list_query import COLUMNS, EVERYTHING, FIND, MONTH, VIEW, kept, read, written
from modules.console.lists import SIZES, ConsoleChangeList
from modules.console.models import SavedView
from modules.console.month import month_of
from modules.console.view_pages import ViewPages
from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.slots import render_slot

FOUND = 20


@dataclass(frozen=True)
class ListPage:
    """What stands around the rows of a list."""

    chips: list[Chip]
    views: list[SavedView]
    view: SavedView | None
    opens_with: SavedView | None
    is_changed: bool
    is_plain: bool
    columns: list[Column]
    sizes: list[tuple[int, str, bool]]
    query: str
    everything: str
    table: str
    calendar: str
    more_tabs: str
    may_share: bool
    may_export: bool
    reader: int | None

    @property
    def own_views(self) -> list[SavedView]:
        return [view for view in self.views if view.owner_id == self.reader]

    @property
    def shared_views(self) -> list[SavedView]:
        return [view for view in self.views if view.owner_id != self.reader]

    @property
    def is_mine(self) -> bool:
        return self.view is not None and self.view.owner_id == self.reader


class ListPages(ViewPages):
    """Mixed into every RecordAdmin."""

    list_columns: list[Any] = []
    calendar = ""
    empty_hint: Any = ""

    # What the list asks of its admin

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return filters_of(self, request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what an index can answer, and nothing of a hidden field, whose content the answer would tell."""
        if lookup in {getattr(entry, "parameter_name", None) for entry in self.list_filter}:
            return True  # a filter that is no field, under a name of its own
        if hidden_on(self.model, lookup):
            return False
        if not (is_quick(lookup) or self._leads_to_a_field(lookup)):
            return False
        return bool(super().lookup_allowed(lookup, value, cast(HttpRequest, request)))

    def _leads_to_a_field(self, lookup: str) -> bool:
        here: Any = self.model
        for name in lookup.split("__"):
            field = next((one for one in here._meta.get_fields() if name in (one.name, "pk")), None) if here else None
            if field is None:
                return False
            here = field.related_model
        return True

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.method == "GET" and not request.GET:
            if not self.has_view_or_change_permission(request):
                raise PermissionDenied
            view = saved_views.lists_of(self.model, request).default_view
            if view is not None:
                return redirect(self.address_of_view(request, view))
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and "cl" in (response.context_data or {}):
            context = cast(dict[str, Any], response.context_data)
            context["list_page"] = self.list_page(request, context["cl"])
        return response

    def list_page(self, request: HttpRequest, cl: ConsoleChangeList) -> ListPage:
        """The context of everything around the rows."""
        user, asked = cast(Any, request.user), request.GET.get(VIEW, "")
        views = list(saved_views.views_for(user, self.model))
        view = next((one for one in views if str(one.pk) == asked), None)
        here, query = self.list_address(), written(cl.query_kept)
        for spec in cl.filter_specs:
            if not isinstance(spec, ConsoleFilter):
                spec.shown_choices = list(spec.choices(cl))
        return ListPage(
            chips=chips_of(cl),
            views=views,
            view=view,
            opens_with=saved_views.lists_of(self.model, request).default_view,
            is_changed=view is not None and kept(view.query) != cl.query_kept,
            is_plain=not cl.query_kept,
            columns=columns.choices(self, request),
            sizes=[(size, cl.link({"size": [str(size)]}), size == cl.list_per_page) for size in SIZES],
            query=query,
            everything=f"?{VIEW}={EVERYTHING}",
            table=here + cl.link({}),
            calendar=self.list_address("calendar") + cl.link({}) if self.calendar else "",
            more_tabs=render_slot("console.list.views", request, model=self.model),
            may_share=user.has_perm(saved_views.SHARE),
            may_export=exports.may_export(self, request),
            reader=user.pk,
        )

    def list_urls(self) -> list[URLPattern]:
        stem = f"{self.opts.app_label}_{self.opts.model_name}"
        pages: list[tuple[str, str, Any]] = [
            *self.view_routes(),
            ("columns/", "columns", require_POST(self.columns_view)),
            ("export/", "export", require_POST(self.export_view)),
            ("choices/<str:field_path>/", "choices", require_GET(self.choices_view)),
        ]
        if self.calendar:
            pages.append(("calendar/", "calendar", require_GET(self.calendar_view)))
        wrap = self.admin_site.admin_view
        return [path(route, wrap(page), name=f"{stem}_{name}") for route, name, page in pages]

    def rows_asked(self, request: HttpRequest) -> ConsoleChangeList:
        """The list as its address asks for it, without its page and without a count."""
        request.needs_page = False  # type: ignore[attr-defined]
        try:
            return cast(ConsoleChangeList, self.get_changelist_instance(request))
        except IncorrectLookupParameters as error:
            raise Http404 from error

    # Columns

    def columns_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show these columns: within a view as part of its address, else to this person from now on."""
        self._only_readers(request)
        known = [columns.name_of(column) for column in columns.declared(self, request)]
        names = [name for name in dict.fromkeys(request.POST.getlist(COLUMNS)) if name in known]
        query, view = read(request.POST.get("query", "")), request.POST.get(VIEW, "")
        query.pop(COLUMNS, None)
        is_reset = "reset" in request.POST or not names
        if view.isdecimal():
            query |= {VIEW: [view]} if is_reset else {COLUMNS: names, VIEW: [view]}
        else:
            saved_views.keep_columns([] if is_reset else names, model=self.model, user=request.user)
        return go_to(request, self.list_address() + written(query))

    # Files

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Everything that the list's address asks for, as a file."""
        self._only_readers(request)
        cl = self.rows_asked(request)
        return self.list_file(request, cl, cl.queryset, request.POST.get("format", ""))

    def list_file(
        self, request: HttpRequest, cl: ConsoleChangeList, rows: QuerySet[Any], kind: str
    ) -> HttpResponseBase:
        shown = [column for column in cl.list_display if column != "action_checkbox"]
        sentence = " · ".join(str(chip) for chip in chips_of(cl))
        try:
            return exports.export(
                self, request, rows, shown, exports.XLSX if kind == exports.XLSX else exports.CSV, sentence
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(self.list_address() + cl.link({}))

    def export_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Files of the selected rows."""
        if not exports.may_export(self, request):
            return {}
        told = {exports.CSV: _("Export as CSV"), exports.XLSX: _("Export as Excel file")}
        return {
            f"export_{kind}": (partial(_export_selected, kind), f"export_{kind}", words) for kind, words in told.items()
        }

    # Calendar and choices

    def calendar_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list by days."""
        self._only_readers(request)
        cl = self.rows_asked(request)
        month = month_of(cl, self.calendar, request.GET.get(MONTH, ""), cast(PortalRequest, request).now)
        context = {
            **self.admin_site.each_context(request),
            "title": str(capfirst(str(self.opts.verbose_name_plural))),
            "opts": self.opts,
            "cl": cl,
            "month": month,
            "list_page": self.list_page(request, cl),
            "has_add_permission": self.has_add_permission(request),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "console/list_calendar.html", context)

    def choices_view(self, request: HttpRequest, field_path: str) -> HttpResponseBase:
        """Records to filter by: a fragment of checkboxes, found by the search of their own list."""
        self._only_readers(request)
        spec = next((one for one in self.rows_asked(request).filter_specs if _is_related(one, field_path)), None)
        if spec is None or not spec.may_search:
            raise Http404
        options = [*spec.options(), *_found(spec, request)]
        return render(request, "console/partials/_list_choices.html", {"spec": spec, "options": options})


def _is_related(spec: Any, field_path: str) -> bool:
    return isinstance(spec, Related) and spec.field_path == field_path


def _found(spec: Related, request: HttpRequest) -> list[Option]:
    term = " ".join(request.GET.get(FIND, "").split())[:80]
    rows = spec.other.get_queryset(request)
    if term:
        rows, _duplicates = spec.other.get_search_results(request, rows, term)
    chosen = set(spec.values())
    found = [Option(str(row.pk), str(row), is_chosen=False) for row in rows[:FOUND]]
    return [option for option in found if option.value not in chosen]


def _export_selected(kind: str, model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase:
    return cast(HttpResponseBase, model_admin.list_file(request, model_admin.rows_asked(request), queryset, kind))
