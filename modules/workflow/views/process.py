"""What really happens in a workflow, for whoever answers for it: the page with its figures, the records behind each."""

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.workflow.diagram.sketch import Sketch, sketch
from modules.workflow.diagram.svg import Marks, draw
from modules.workflow.diagram.ways import ways_of
from modules.workflow.flows import Flow
from modules.workflow.mining import picture, shown
from modules.workflow.mining.cases import MOST, records_of, times_of
from modules.workflow.mining.design import discover
from modules.workflow.mining.filters import Asked, ProcessFilter
from modules.workflow.mining.kept import Taken, figures_of
from modules.workflow.mining.naming import cases_asked
from modules.workflow.mining.promises import promises
from modules.workflow.mining.shown import Addresses
from modules.workflow.mining.standing import Standing, standing
from modules.workflow.views.console import console_context, flow_seen, page_of

VIEWS = ("now", "often", "long")
PAGE = 50


@never_cache
@require_GET
def flow_page(request: HttpRequest, record_type: str) -> HttpResponse:
    """One workflow: the diagram with figures on it, where time goes, what goes round, which ways are gone."""
    viewer, flow = flow_seen(request, record_type)
    filters = ProcessFilter(request.GET, flow, viewer.actor)
    asked = filters.asked()
    taken, now = figures_of(flow, asked.scope, viewer.now), standing(flow, asked.scope, viewer.now)
    to = Addresses(flow, filters.kept())
    view = request.GET.get("view", "")
    context = {
        **console_context(request),
        "title": str(flow.graph.title),
        "graph": flow.graph,
        "filters": filters,
        "is_filtered": bool(asked.scope or asked.day_cost),
        "views": _views(request, view),
        **_picture(request, flow, view if view in VIEWS else VIEWS[0], taken, now, to),
        **_tables(flow, asked, taken, now, to),
        "promises": shown.kept(promises(flow, asked.scope, viewer.now), to),
    }
    return render(request, "workflow/console/flow.html", context)


@never_cache
@require_GET
def record_list(request: HttpRequest, record_type: str) -> HttpResponse:
    """The records behind a figure, newest first, a page at a time."""
    viewer, flow = flow_seen(request, record_type)
    filters = ProcessFilter(request.GET, flow, viewer.actor)
    scope = filters.asked().scope
    cases, words = cases_asked(request.GET, flow, scope, viewer.now)
    found = records_of(flow, scope, cases, viewer.now)
    times = times_of(flow, scope, cases)
    page = Paginator(found[:MOST], PAGE).get_page(request.GET.get("page"))
    stem = reverse("workflow:flow", args=[record_type])
    context = {
        **console_context(request),
        "title": str(capfirst(str(flow.model._meta.verbose_name_plural))),
        "graph": flow.graph,
        "words": [words, *filters.words()],
        "page": page,
        "times": shown.times(times) if times > page.paginator.count else "",
        "rows": [(record, _address(flow, record)) for record in page],
        "most": MOST if page.paginator.count == MOST else 0,
        "back": f"{stem}?{filters.kept_query()}" if filters.kept() else stem,
    }
    return render(request, "workflow/console/records.html", context)


def _address(flow: Flow, record: Model) -> str:
    return page_of(flow.model, record.pk)


def _views(request: HttpRequest, view: str) -> list[dict[str, Any]]:
    """What the picture can show, each under its own address."""
    titles = dict(zip(VIEWS, (_("Now"), _("How often"), _("How long")), strict=True))
    found = []
    for key, title in titles.items():
        query = request.GET.copy()
        query["view"] = key
        is_current = key == (view if view in VIEWS else VIEWS[0])
        found.append({"title": title, "url": f"?{query.urlencode()}#picture", "is_current": is_current})
    return found


def _picture(
    request: HttpRequest, flow: Flow, view: str, taken: Taken, now: dict[str, Standing], to: Addresses
) -> dict[str, Any]:
    figures, found = taken.figures, discover(flow.graph, taken.figures)
    states, arrows = picture.state_notes(view, figures, now), picture.arrow_notes(view, figures, found)
    links = {state.key: to.now(state.key) if view == "now" else to.state(state.key) for state in found.graph.states}
    steps = picture.arrow_links(found, to)
    busiest = max(now, key=lambda state: now[state].count, default="")
    sketched = sketch(
        found.graph, state_notes=states, edge_notes=arrows, around=request.GET.get("around", "") or busiest
    )
    marks = Marks(found.trail if figures.records else None, links | _behind(request, sketched), steps)
    told = partial(ways_of, notes=states, links=links, arrows=arrows, arrow_links=steps)
    return {
        "view": view,
        "drawing": draw(sketched, marks, name="workflow"),
        "ways": told(sketched.graph),
        "part": sketched.part,
        "all_ways": told(found.graph) if sketched.part else (),
        "unused": shown.unused(flow.graph, found) if figures.records else (),
        "steps": shown.steps(flow.graph, figures, found, to),
        "has_besides": bool(found.besides),
    }


def _behind(request: HttpRequest, sketched: Sketch) -> dict[str, str]:
    """From the rim of a part one goes on to what lies behind it."""
    found = {}
    for state in sketched.part.rim if sketched.part else ():
        query = request.GET.copy()
        query["around"] = state
        found[state] = f"?{query.urlencode()}#picture"
    return found


def _tables(flow: Flow, asked: Asked, taken: Taken, now: dict[str, Standing], to: Addresses) -> dict[str, Any]:
    figures = taken.figures
    words, part, url = shown.rest(figures, to)
    return {
        "figures": figures,
        "about": shown.about(figures),
        "taken_at": taken.at if taken.is_kept else None,
        "bottlenecks": shown.bottlenecks(flow.graph, figures, now, to, asked.day_cost),
        "has_cost": asked.day_cost is not None,
        "rounds": shown.rounds(flow.graph, figures, to),
        "variants": shown.ways(flow.graph, figures, to),
        "rest": {"words": words, "share": part, "url": url},
    }
