"""Who may do something, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from modules.core.manifest import manifests
from modules.workflow.graph import ActorRule
from modules.workflow.words.lists import one_of
from modules.workflow.words.vocabulary import Vocabulary


def who(vocabulary: Vocabulary, rule: ActorRule) -> str:
    """One rule as part of a sentence: `the customer`, `somebody with the role “Clerk”`."""
    words, value = _kinds()[rule.kind], rule.value
    match rule.kind:
        case "role" | "round_robin" | "least_loaded" | "members":
            return words.format(role=role_title(value))
        case "staff":
            return words.format(permission=_right(vocabulary, value))
        case "link" if not value:
            return _("whoever has a signed link")
        case "person" | "link" | "manager":
            return words.format(field=vocabulary.field(value))
        case "assignee" if value:
            return _("whoever has the task {task}").format(task=vocabulary.task(value))
        case "expression":
            return words.format(expression=value)
        case _:
            return words


def whoever(vocabulary: Vocabulary, rules: Iterable[ActorRule]) -> str:
    """Any of several rules; `nobody` for none."""
    found = list(dict.fromkeys(who(vocabulary, rule) for rule in rules))
    return one_of(found) if found else _("nobody")


def _right(vocabulary: Vocabulary, permission: str) -> str:
    """A right by the steps that it allows, as the page of roles calls it; else the name in its key."""
    steps = [step for step in vocabulary.graph.transitions if ActorRule("staff", permission) in step.by]
    titles = dict.fromkeys(str(step.title) for step in steps)
    return ", ".join(titles) or permission.rpartition(".")[2].replace("_", " ")


def role_title(key: str) -> str:
    """What the module that declares a role calls it; else the name in its key."""
    module, _dot, name = key.partition(".")
    manifest = manifests.get(module)
    title = manifest.role_titles.get(name) if manifest else None
    return str(title or (name or key).replace("_", " "))


def _kinds() -> dict[str, str]:
    """The words of each kind in the active language."""
    return {
        "owner": _("the customer"),
        "system": _("the system"),
        "staff": _("staff with the right “{permission}”"),
        "role": _("somebody with the role “{role}”"),
        "person": _("the person in {field}"),
        "link": _("the person outside whose address stands in {field}, by a signed link"),
        "assignee": _("whoever has the task"),
        "round_robin": _("the people with the role “{role}” in turn"),
        "least_loaded": _("the person with the role “{role}” who has least to do"),
        "members": _("everybody with the role “{role}”"),
        "manager": _("the manager of the person in {field}"),
        "expression": _("whom the expression `{expression}` names"),
    }
