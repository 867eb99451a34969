"""The rights of roles as the owner reads them: grouped by module and kind of record, in the words of the page."""

from django import forms
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from modules.core.manifest import module_configs

ACTIONS = {
    "view": gettext_lazy("see"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


class RightsWidget(UnfoldAdminCheckboxSelectMultipleWidget):
    """Checkboxes under a heading a group."""

    template_name = "accounts/rights_widget.html"


class RightsField(forms.ModelMultipleChoiceField):
    """Permissions of our modules; those of packages are nobody's business in the console."""

    widget = RightsWidget

    def __init__(self, **options: object) -> None:
        super().__init__(queryset=own_permissions(), **options)
        self.choices = rights_choices

    def label_from_instance(self, obj: Permission) -> str:
        return f"{_kind(obj)}: {right_words(obj)}"


def own_permissions() -> QuerySet[Permission]:
    """The permissions of the installed modules."""
    labels = [config.label for config in module_configs()]
    return Permission.objects.filter(content_type__app_label__in=labels).select_related("content_type")


def rights_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """`[(module · kind, [(id, words)])]` in the order of the modules."""
    order = {config.label: place for place, config in enumerate(module_configs())}
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for permission in sorted(own_permissions(), key=_rank):
        label = permission.content_type.app_label
        title = f"{capfirst(str(apps.get_app_config(label).verbose_name))} · {_kind(permission)}"
        found.setdefault((order[label], title), []).append((permission.pk, right_words(permission)))
    return [(title, rights) for (_place, title), rights in sorted(found.items(), key=lambda entry: entry[0])]


def _rank(permission: Permission) -> tuple[int, int]:
    """Seeing first, then adding, changing, deleting, then the steps of workflows."""
    words = list(ACTIONS)
    action = permission.codename.partition("_")[0]
    return (words.index(action) if action in words else len(words), permission.pk)


def right_words(permission: Permission) -> str:
    """`see`, `change` …, or the name that a workflow gave to its step."""
    action, _rest, model = permission.codename.partition("_")
    if model == permission.content_type.model and action in ACTIONS:
        return str(ACTIONS[action])
    return _(permission.name)


def _kind(permission: Permission) -> str:
    model = permission.content_type.model_class()
    return capfirst(str(model._meta.verbose_name_plural)) if model is not None else permission.content_type.model
