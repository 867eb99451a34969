"""The rights of roles as people read them: by module and kind of record, in the words of the page."""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.core.manifest import module_configs

ACTIONS = {
    "view": gettext_lazy("see"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}
PUT_AWAY = gettext_lazy("archive")
CLOSE = gettext_lazy("deactivate")
"""What is never deleted has its own word for it (DECISIONS 6)."""


def own_permissions() -> QuerySet[Permission]:
    """The permissions of the installed modules; those of packages are nobody's business in the console."""
    labels = [config.label for config in module_configs()]
    return Permission.objects.filter(content_type__app_label__in=labels).select_related("content_type")


def in_order(permissions: Iterable[Permission]) -> list[Permission]:
    """By module, low tiers first, by kind, then seeing, adding, changing, deleting and the steps of workflows."""
    places = {config.label: place for place, config in enumerate(module_configs())}
    last = len(places)

    def rank(permission: Permission) -> tuple[int, str, int, int]:
        words = list(ACTIONS)
        action = permission.codename.partition("_")[0]
        place = words.index(action) if _is_plain(permission) else len(words)
        return places.get(permission.content_type.app_label, last), kind_words(permission), place, permission.pk

    return sorted(permissions, key=rank)


def rights_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """`[(module · kind, [(id, words)])]` in the order of the modules."""
    found: dict[str, list[tuple[int, str]]] = {}
    for permission in in_order(own_permissions()):
        title = f"{module_words(permission)} · {kind_words(permission)}"
        found.setdefault(title, []).append((permission.pk, right_words(permission)))
    return list(found.items())


def right_words(permission: Permission) -> str:
    """`see`, `change` …, or the name that a workflow gave to its step."""
    if not _is_plain(permission):
        return _step_words(permission.name)
    action = permission.codename.partition("_")[0]
    return str(_word_of_removal(permission) if action == "delete" else ACTIONS[action])


def _step_words(name: str) -> str:
    """A workflow names its right “order: Ship, Cancel a line”; the kind of record stands beside it anyway."""
    _kind, is_of_steps, steps = name.partition(": ")
    return ", ".join(dict.fromkeys(_(step) for step in steps.split(", "))) if is_of_steps else _(name)


def kind_words(permission: Permission) -> str:
    """The kind of record, in the plural."""
    model = permission.content_type.model_class()
    return capfirst(str(model._meta.verbose_name_plural)) if model is not None else permission.content_type.model


def module_words(permission: Permission) -> str:
    """The module that the right belongs to."""
    return str(capfirst(str(apps.get_app_config(permission.content_type.app_label).verbose_name)))


def whole_words(permission: Permission) -> str:
    """A right in full: `Films · Genres: see`."""
    return f"{module_words(permission)} · {kind_words(permission)}: {right_words(permission)}"


def _is_plain(permission: Permission) -> bool:
    action, _rest, model = permission.codename.partition("_")
    return model == permission.content_type.model and action in ACTIONS


def _word_of_removal(permission: Permission) -> object:
    if permission.codename == "delete_user":
        return CLOSE
    model = permission.content_type.model_class()
    names = {field.name for field in model._meta.concrete_fields} if model is not None else set()
    return PUT_AWAY if "archived_at" in names else ACTIONS["delete"]
