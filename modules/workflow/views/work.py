"""The page of somebody outside: one task, opened by a signed link or by their account, done without the console."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.actors import Actor
from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.portal.api import pages_of, sections_of
from modules.workflow.choices import TaskStatus
from modules.workflow.engine.firing import fire
from modules.workflow.errors import InvalidData, NothingSaid, TaskClosed, WorkLinkExpired, WorkLinkUnknown
from modules.workflow.flows import Flow, flow_of
from modules.workflow.graph import Outcome, TaskNode, WorkflowGraph
from modules.workflow.models import Task, TaskLink
from modules.workflow.offers import Allowed, can, form_for
from modules.workflow.people import links
from modules.workflow.services import complete, form_for_task
from modules.workflow.views.transitions import EXPECTED, KEY, LONGEST_KEY

STEP = "step"
"""In the address: the transition whose form is shown."""


@dataclass(frozen=True)
class Work:
    """A task with its record, who does it, and the link that opened it."""

    flow: Flow
    task: Task
    record: Any
    actor: Actor
    link: TaskLink | None = None

    @property
    def graph(self) -> WorkflowGraph:
        return self.flow.graph_for(self.record)

    @property
    def node(self) -> TaskNode | None:
        return next((node for node in self.graph.tasks if node.key == self.task.key), None)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """How it may end; what a transition completes is done there."""
        is_completed = bool(self.graph.completing(self.task.key))
        return () if self.task.question or self.node is None or is_completed else self.node.outcomes


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def work(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, and the answer. 404 for a link that is none of ours or was withdrawn, with a word of help for one
    that has expired."""
    viewer = cast(PortalRequest, request)
    try:
        link = links.open_link(token, viewer.now)
    except WorkLinkUnknown:
        raise Http404 from None
    except WorkLinkExpired:
        return _closed(render(request, "workflow/work/expired.html", status=404))
    flow = flow_of(link.task.record_type)
    return _page(viewer, Work(flow, link.task, _record(flow, link.task.record_id), links.guest_of(link), link))


@never_cache
@require_http_methods(["GET", "POST"])
def own_work(request: HttpRequest, pk: int) -> HttpResponse:
    """The same page for somebody with an account, whose task it is."""
    viewer = cast(PortalRequest, request)
    task = get_object_or_404(Task, pk=pk)
    is_theirs = viewer.actor.user_id is not None and viewer.actor.user_id in (task.person_id, task.closed_by_id)
    if not is_theirs:
        raise Http404
    flow = flow_of(task.record_type)
    return _page(viewer, Work(flow, task, _record(flow, task.record_id), viewer.actor))


def _page(viewer: PortalRequest, work: Work) -> HttpResponse:
    if work.task.status != TaskStatus.OPEN:
        return _closed(render(viewer, "workflow/work/over.html", _facts(work)))
    if viewer.method == "POST":
        return _closed(_answer(viewer, work))
    if (offer := _offered(viewer, work, viewer.GET.get(STEP, ""))) is not None:
        return _closed(_ask_step(viewer, work, offer, form_for(work.record, offer.transition)))
    return _closed(_ask(viewer, work, form_for_task(work.task, work.record)))


def _closed(response: HttpResponse) -> HttpResponse:
    """Nobody finds the page by searching, and no other site is told its address.

    The policy is not `no-referrer`: with it browsers hide from our own forms where they come from.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response


def _record(flow: Flow, pk: int) -> Any:
    pages = pages_of(flow.model)
    rows = pages.records() if pages is not None else flow.model._default_manager.all()
    record = rows.filter(pk=pk).first()
    if record is None:
        raise Http404
    return record


def _answer(viewer: PortalRequest, work: Work) -> HttpResponse:
    """Twelve presses are one answer: who comes second finds it given."""
    try:
        if "transition" in viewer.POST:
            _fire(viewer, work)
        else:
            _complete(viewer, work)
    except InvalidData as refusal:
        offer = _offered(viewer, work, viewer.POST.get("transition", ""))
        if offer is not None:
            return _ask_step(viewer, work, offer, refusal.form, status=422)
        return _ask(viewer, work, refusal.form, status=422)
    except TaskClosed:
        pass
    except Refusal as refusal:
        status = 422 if isinstance(refusal, NothingSaid) else 409
        form = form_for_task(work.task, work.record)
        return _ask(viewer, work, form, refusal=str(refusal), status=status)
    return go_to(viewer, viewer.path)


def _complete(viewer: PortalRequest, work: Work) -> None:
    outcome, task = viewer.POST.get("outcome", ""), work.task
    if not task.question and outcome not in {end.name for end in work.outcomes}:
        raise Http404
    words = viewer.POST.get("answer", viewer.POST.get("reason", ""))
    has_form = form_for_task(task, work.record) is not None
    complete(
        task, outcome, actor=work.actor, at=viewer.now, data=viewer.POST if has_form else None,
        files=viewer.FILES or None, reason=words.strip()[:4000],
    )  # fmt: skip
    if work.link is not None:
        links.mark_used(work.link, viewer.now)


def _fire(viewer: PortalRequest, work: Work) -> None:
    name = viewer.POST["transition"]
    if name not in {offer.transition for offer in _offers(viewer, work)}:
        raise Http404
    way = work.graph.transition(name)
    asks = bool(way.form or way.asks)
    fire(
        work.record,
        name,
        actor=work.actor,
        at=viewer.now,
        data=viewer.POST if asks else None,
        files=viewer.FILES or None,
        key=viewer.POST.get(KEY, "")[:LONGEST_KEY] or None,
        reason="" if asks else viewer.POST.get("reason", "").strip()[:2000],
        expected=viewer.POST.get(EXPECTED) or None,
    )
    if work.link is not None:
        links.mark_used(work.link, viewer.now)


def _offers(viewer: PortalRequest, work: Work) -> list[Allowed]:
    """The transitions that are for whoever has a signed link."""
    for_links = {way.key for way in work.graph.transitions if any(rule.kind == "link" for rule in way.by)}
    if work.link is None or work.task.question or not for_links:
        return []
    offers = can([work.record], work.actor, viewer.now)[work.record.pk]
    return [offer for offer in offers if offer.transition in for_links]


def _offered(viewer: PortalRequest, work: Work, name: str) -> Allowed | None:
    """One of them, where nothing speaks against it now."""
    found = _offers(viewer, work) if name else []
    return next((offer for offer in found if offer.transition == name and offer.allowed), None)


def _facts(work: Work) -> dict[str, Any]:
    node, task = work.node, work.task
    ways = {way.key: way.title for way in work.graph.transitions if way.completes == task.key}
    given = ways | ({end.name: end.title for end in node.outcomes} if node else {})
    return {
        "task": task,
        "title": node.title if node else "",
        "record": work.record,
        "kind": work.flow.model._meta.verbose_name,
        "is_theirs": task.closed_by_label == str(work.actor)[:254],
        "given": given.get(task.outcome, ""),
    }


def _ask_step(viewer: PortalRequest, work: Work, offer: Allowed, form: Any, *, status: int = 200) -> HttpResponse:
    """What a transition asks before it is fired: its form, its question, or why."""
    context = {
        **_facts(work),
        **_marks(viewer, work),
        "offer": offer,
        "form": form,
        "asks_reason": form is None and offer.destructive,
    }
    return render(viewer, "workflow/work/step.html", context, status=status)


def _marks(viewer: PortalRequest, work: Work) -> dict[str, Any]:
    """What every form here carries: pressed twice it is done once, and an old page is told what happened meanwhile."""
    return {
        "url": viewer.path,
        "key": viewer.POST.get(KEY, "")[:LONGEST_KEY] or uuid4().hex,
        "key_name": KEY,
        "expected": str(work.record.state),
        "expected_name": EXPECTED,
        "step_name": STEP,
    }


def _ask(viewer: PortalRequest, work: Work, form: Any, *, refusal: str = "", status: int = 200) -> HttpResponse:
    pages = pages_of(work.flow.model)
    detail = pages.detail if pages is not None else None
    context = {
        **_facts(work),
        **_marks(viewer, work),
        "sections": sections_of(pages, detail, work.record) if pages is not None and detail is not None else [],
        "outcomes": work.outcomes,
        "offers": _offers(viewer, work),
        "is_all": not (work.task.question or work.outcomes or form),
        "form": form,
        "answer": viewer.POST.get("answer", ""),
        "refusal": refusal,
        "expires_at": None if work.link is None else work.link.expires_at,
    }
    return render(viewer, "workflow/work/ask.html", context, status=status)
