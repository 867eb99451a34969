"""What a check finds wrong with a workflow, in words that are translated when they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from modules.workflow.graph import WorkflowGraph

Words = str | Promise
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something wrong with a workflow. `place` is `state:paid`, `transition:ship`, `task:pick`, `repeat:remind`,
    `sla:answer` or empty. `problem` is what is said of it, such as “has no way out.”; `mend` a sentence."""

    code: str
    workflow: str
    place: str
    problem: Words
    mend: Words
    severity: Severity = "error"

    def as_data(self) -> dict[str, str]:
        """For programs: the words in the language of whoever asks."""
        return {
            "code": self.code,
            "workflow": self.workflow,
            "place": self.place,
            "problem": str(self.problem),
            "mend": str(self.mend),
            "severity": self.severity,
        }

    def sentence(self, graph: WorkflowGraph) -> str:
        """For people, with the names that they read on the pages: “State “Paid” has no way out.”"""
        return f"{place_words(graph, self.place)} {self.problem}"

    def __str__(self) -> str:
        where = f" {self.place}" if self.place else ""
        return f"{self.workflow}{where}: {self.problem} {self.mend}"


def said(words: Words, **facts: object) -> Promise:
    """Words with facts, put together when they are read: `said(_("names the state “{state}”."), state="paid")`."""
    return cast(Promise, format_lazy(cast(str, words), **facts))


def place_words(graph: WorkflowGraph, place: str) -> str:
    """A place as people call it; by its key where the workflow has no such thing."""
    kind, _colon, key = place.partition(":")
    called = {
        "state": _("State “{title}”"),
        "transition": _("Step “{title}”"),
        "task": _("Task “{title}”"),
        "repeat": _("Repetition “{title}”"),
        "sla": _("Promise “{title}”"),
    }
    parts: dict[str, Sequence[Any]] = {
        "state": graph.states, "transition": graph.transitions, "task": graph.tasks, "repeat": graph.repeats,
        "sla": graph.slas,
    }  # fmt: skip
    if kind not in called:
        return pgettext("finding", "Workflow “{title}”").format(title=graph.title)
    title = next((part.title for part in parts[kind] if part.key == key), "") or key
    return called[kind].format(title=title)
