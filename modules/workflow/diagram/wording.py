"""A workflow's parts in few words: who may, after how long, what kind of step."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from modules.workflow.graph import ActorRule, Transition, Wait, WorkflowGraph
from modules.workflow.words.lengths import is_before, is_nothing, length
from modules.workflow.words.people import role_title
from modules.workflow.words.vocabulary import Vocabulary


def who_may(vocabulary: Vocabulary, rules: Iterable[ActorRule]) -> str:
    """`customer, staff`: everybody whom the rules name, once."""
    return ", ".join(dict.fromkeys(_who(vocabulary, rule) for rule in rules))


def _who(vocabulary: Vocabulary, rule: ActorRule) -> str:
    match rule.kind:
        case "owner":
            return _("customer")
        case "staff":
            return _("staff")
        case "system":
            return _("system")
        case "role" | "round_robin" | "least_loaded" | "members":
            return role_title(rule.value)
        case "link":
            return _("by link")
        case "assignee":
            return _("whoever has the task")
        case "manager":
            return _("manager")
        case "expression":
            return _("by a rule")
        case "person":
            return vocabulary.field_words(rule.value)


def after(vocabulary: Vocabulary, wait: Wait) -> str:
    """`after 30 minutes`, `2 days before due date`, in the reader's language."""
    if not wait.field:
        return _("after {span}").format(span=length(wait))
    field = vocabulary.field_words(wait.field)
    if is_nothing(wait):
        return _("at {start}").format(start=field)
    told = _("{length} before {start}") if is_before(wait) else _("{length} after {start}")
    return told.format(length=length(wait), start=field)


def when(graph: WorkflowGraph, transition: Transition) -> str:
    """When time does it; nothing for what time does not do."""
    return "" if transition.after is None else after(Vocabulary(graph), transition.after)


def step_in_words(graph: WorkflowGraph, transition: Transition) -> str:
    """What follows the arrow in the list: `customer, staff`, `after 7 days`, `by itself`, `outcome of a task`."""
    match transition.kind:
        case "timer":
            return when(graph, transition)
        case "automatic":
            return _("by itself")
        case "task":
            return _("outcome of a task")
        case "event":
            return _("on {event}").format(event=transition.event) if transition.event else _("on a report")
        case _:
            return who_may(Vocabulary(graph), transition.by)
