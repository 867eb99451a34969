"""A workflow's parts in words: who may, after how long, what kind of step."""

from collections.abc import Iterable
from datetime import timedelta

from babel.units import format_unit
from django.utils.translation import gettext as _

from modules.core.manifest import manifests
from modules.core.moments import babel_locale
from modules.workflow.graph import ActorRule, Transition, WorkflowGraph

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def who_may(rules: Iterable[ActorRule]) -> str:
    """`customer, staff`: everybody whom the rules name, once."""
    return ", ".join(dict.fromkeys(_who(rule) for rule in rules))


def _who(rule: ActorRule) -> str:
    match rule.kind:
        case "owner":
            return _("customer")
        case "staff":
            return _("staff")
        case "system":
            return _("system")
        case "role":
            return _role(rule.value)
        case _:
            return rule.value.replace("__", " ").replace("_", " ")


def _role(key: str) -> str:
    module, _dot, name = key.partition(".")
    manifest = manifests.get(module)
    title = manifest.role_titles.get(name) if manifest else None
    return str(title or name.replace("_", " "))


def after(span: timedelta | None) -> str:
    """`after 30 minutes`, in the reader's language and the largest unit that fits; nothing for no span."""
    if span is None:
        return ""
    seconds = int(span.total_seconds())
    unit, size = next((unit, size) for unit, size in UNITS if not seconds % size)
    return _("after {span}").format(span=format_unit(seconds // size, f"duration-{unit}", locale=babel_locale()))


def step_in_words(graph: WorkflowGraph, transition: Transition) -> str:
    """What follows the arrow in the list: `customer, staff`, `after 7 days`, `by itself`, `outcome of a task`."""
    match transition.kind:
        case "timer":
            return after(transition.after)
        case "automatic":
            return _("by itself")
        case "task":
            return _("outcome of a task")
        case _:
            return who_may(transition.by)
