"""The derived pages: list, new record, record, live status. Strangers get 404; who has not signed in is asked to."""

from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from modules.core.http import PortalRequest, go_to
from modules.portal.creating import form_class, make
from modules.portal.listing import build_listing
from modules.portal.ownership import may_look, owned
from modules.portal.pages import CreatePage, DetailPage, ListPage, RecordPages
from modules.portal.record import documents_of, sections_of, status_of


@method_decorator([login_not_required, never_cache], name="dispatch")
class RecordView(View):
    """What the pages of a record share: who may look, and which record it is."""

    http_method_names = ["get", "head", "options"]
    pages: RecordPages = cast(RecordPages, None)
    request: PortalRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_look(self.pages, cast(PortalRequest, request).actor):
            # The same answer for every address, so that it tells nothing about which records exist.
            return self._sign_in(request)
        return super().dispatch(request, *args, **kwargs)

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        answer = redirect_to_login(self._page_address(request))
        return go_to(request, answer["Location"]) if getattr(request, "htmx", False) else answer

    def _page_address(self, request: HttpRequest) -> str:
        return request.get_full_path()

    def record(self, lookup: str) -> models.Model:
        """The record of this address if it is the actor's, else 404."""
        try:
            found = owned(self.pages, self.request.actor).filter(**{self.pages.lookup: lookup}).first()
        except (ValueError, TypeError):
            found = None
        if found is None:
            raise Http404
        return cast(models.Model, found)

    @property
    def detail(self) -> DetailPage:
        return self.pages.detail or DetailPage()

    def status_context(self, record: models.Model) -> dict[str, Any]:
        """What the status shows, on the page and in each live look."""
        lookup = getattr(record, self.pages.lookup)
        return {
            "pages": self.pages,
            "detail": self.detail,
            "record": record,
            "status": status_of(self.pages, record),
            "live_url": reverse(f"portal:{self.pages.route}_live", args=[lookup]),
            "revision": revision_of(record),
        }


class RecordListView(RecordView):
    """All records of the actor; htmx gets the list alone."""

    def get(self, request: PortalRequest) -> HttpResponse:
        page = self.pages.list or ListPage(columns=[self.pages.lookup])
        listing = build_listing(self.pages, page, request.actor, request.GET)
        template = "portal/partials/_record_list.html" if request.htmx else "portal/record_list.html"
        context = {"pages": self.pages, "page": page, "listing": listing}
        response = render(request, template, context)
        patch_vary_headers(response, ["HX-Request"])
        return response


class RecordCreateView(RecordView):
    """A form for a new record of the actor's own; pressed twelve times, it makes one."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if cast(PortalRequest, request).actor.user is None:
            return self._sign_in(request)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: PortalRequest) -> HttpResponse:
        return self._ask(form_class(self.pages)(initial=dict(self.pages.starting_values(request.actor))))

    def post(self, request: PortalRequest) -> HttpResponse:
        form = form_class(self.pages)(request.POST)
        if not form.is_valid():
            return self._ask(form, status=422)
        record = make(self.pages, form, actor=request.actor, at=request.now, key=_key(request) or uuid4())
        return go_to(request, self.pages.detail_url(record))

    def _ask(self, form: Any, status: int = 200) -> HttpResponse:
        page = self.pages.create or CreatePage(fields=[])
        context = {"pages": self.pages, "page": page, "form": form, "key": _key(self.request) or uuid4()}
        return render(self.request, "portal/record_create.html", context, status=status)


def _key(request: HttpRequest) -> UUID | None:
    """The key that came with the page; none for what is no key."""
    try:
        return UUID(request.POST.get("_key", ""))
    except ValueError:
        return None


class RecordDetailView(RecordView):
    """One record: what happens now, what can be done, the facts, what has happened."""

    def get(self, request: PortalRequest, lookup: str) -> HttpResponse:
        record = self.record(lookup)
        context = {
            **self.status_context(record),
            "heading": self.pages.heading(record),
            "sections": sections_of(self.pages, self.detail, record),
            "documents": documents_of(self.detail, record),
            **self.pages.context(record, request.actor),
        }
        return render(request, self.detail.template, context)


class RecordLiveView(RecordView):
    """The status of a record that may change by itself: 204 while all is as the page knows it."""

    def _page_address(self, request: HttpRequest) -> str:
        return request.path.removesuffix("live/")

    def get(self, request: PortalRequest, lookup: str) -> HttpResponse:
        record = self.record(lookup)
        is_same = request.GET.get("revision", "") == revision_of(record)
        if is_same and self.pages.poll_every(record):
            return HttpResponse(status=204)
        context = {**self.status_context(record), "has_changed": not is_same}
        if not is_same and self.detail.live:
            context |= self.pages.context(record, request.actor)
        return render(request, "portal/partials/_record_live.html", context)


def revision_of(record: models.Model) -> str:
    """What tells two states of a record apart; a record that cannot say is taken to have changed."""
    return str(getattr(record, "revision", ""))
