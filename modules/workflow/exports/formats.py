"""The formats in which a workflow or its history leaves the house."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.workflow.exports.bpmn import bpmn
from modules.workflow.exports.dot import dot
from modules.workflow.exports.happenings import EVER, Window
from modules.workflow.exports.mermaid import mermaid
from modules.workflow.exports.ocel import every, ocel
from modules.workflow.exports.xes import xes
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.words.document import describe


@dataclass(frozen=True)
class Asked:
    """What of a history is asked for: when, whether with names, and which related workflows may be seen."""

    window: Window = EVER
    by_name: bool = False
    may_see: Callable[[Flow], bool] = every


Write = Callable[[Flow, Asked], Iterator[str]]
"""The text in pieces."""


@dataclass(frozen=True)
class Format:
    """A kind of file. A log tells what happened to records, everything else only what may happen."""

    key: str
    title: str | Promise
    description: str | Promise
    suffix: str
    content_type: str
    write: Write
    is_log: bool = False


def _drawn(text: Callable[[WorkflowGraph], object]) -> Write:
    def write(flow: Flow, _asked: Asked) -> Iterator[str]:
        """Written at once, in the language of now: a stream outlives it."""
        return iter((str(text(flow.graph)),))

    return write


FORMATS: Mapping[str, Format] = {
    each.key: each
    for each in (
        Format(
            "words", _("In words"), _("The workflow as a document to read: states, steps, tasks, what time does."),
            "txt", "text/plain; charset=utf-8", _drawn(describe),
        ),
        Format(
            "bpmn", _("BPMN 2.0"), _("The diagram for modelling tools, with its layout."),
            "bpmn", "application/xml; charset=utf-8", _drawn(bpmn),
        ),
        Format(
            "mermaid", _("Mermaid"), _("The diagram as text for documents and wikis."),
            "mmd", "text/plain; charset=utf-8", _drawn(mermaid),
        ),
        Format(
            "dot", _("DOT"), _("The diagram as text for Graphviz."),
            "dot", "text/vnd.graphviz; charset=utf-8", _drawn(dot),
        ),
        Format(
            "xes", _("Event log (XES)"), _("What happened to each record, for process mining tools."),
            "xes", "application/xml; charset=utf-8",
            lambda flow, asked: xes(flow, asked.window, by_name=asked.by_name), is_log=True,
        ),
        Format(
            "ocel", _("Event log (OCEL 2.0)"),
            _("What happened to records, their tasks and related records, for object-centric process mining."),
            "jsonocel", "application/json; charset=utf-8",
            lambda flow, asked: ocel(flow, asked.window, by_name=asked.by_name, may_see=asked.may_see), is_log=True,
        ),
    )
}  # fmt: skip
