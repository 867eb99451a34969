"""What an address asks for of the records behind a figure, in words."""

from datetime import datetime

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.mining.cases import Cases
from modules.workflow.mining.kept import figures_of
from modules.workflow.mining.scope import Scope
from modules.workflow.titles import step_title

OTHER = "other"


def cases_asked(address: QueryDict, flow: Flow, scope: Scope, at: datetime) -> tuple[Cases, str]:
    """What the records have in common, and a phrase for it; a way that is not among the shown ones is not found."""
    query, graph = {name: str(value) for name, value in address.items()}, flow.graph
    is_again = query.get("again") == "1"
    if "now" in query:
        return Cases(now=query["now"]), _("now in “{state}”").format(state=_title(graph, query["now"]))
    if "state" in query:
        text = _("came to “{state}” more than once") if is_again else _("came to “{state}”")
        return Cases(state=query["state"], is_again=is_again), text.format(state=_title(graph, query["state"]))
    if "step" in query:
        return _step(query, graph, is_again)
    if "broken" in query:
        titles = {sla.key: sla.title for sla in graph.slas}
        name = query["broken"]
        return Cases(broken=name), _("“{promise}” was broken").format(promise=titles.get(name, name))
    if "way" in query:
        return _way(query["way"], flow, scope, at)
    return Cases(), _("all of them")


def _step(query: dict[str, str], graph: WorkflowGraph, is_again: bool) -> tuple[Cases, str]:
    move = (query.get("from", ""), query["step"], query.get("to", ""))
    if move[0]:
        text = _("“{step}” more than once, from “{source}”") if is_again else _("“{step}”, from “{source}”")
    else:
        text = _("“{step}” more than once") if is_again else _("“{step}”")
    words = text.format(step=step_title(graph, move[1]), source=_title(graph, move[0]))
    return Cases(move=move, is_again=is_again), words


def _way(name: str, flow: Flow, scope: Scope, at: datetime) -> tuple[Cases, str]:
    variants = figures_of(flow, scope, at).figures.variants
    if name == OTHER:
        ways = tuple(variant.states for variant in variants)
        return Cases(ways=ways, is_other=True), _("on none of the most frequent ways")
    for variant in variants:
        if variant.key == name:
            words = " → ".join(_title(flow.graph, state) for state in variant.states)
            return Cases(ways=(variant.states,)), words
    raise Http404


def _title(graph: WorkflowGraph, state: str) -> str:
    return str(graph.state(state).title) if graph.has_state(state) else state
