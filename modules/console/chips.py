"""What a list is narrowed to, as a sentence of chips that can each be taken away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.console.list_filters import ConsoleFilter, either
from modules.console.lists import ConsoleChangeList

VERBS = {
    "gte": gettext_lazy("from"),
    "gt": gettext_lazy("above"),
    "lte": gettext_lazy("up to"),
    "lt": gettext_lazy("below"),
    "exact": gettext_lazy("is"),
    "in": gettext_lazy("is"),
    "": gettext_lazy("is"),
}


@dataclass(frozen=True)
class Chip:
    """“State is Paid or Shipped”, and the address of the list without it."""

    label: str
    verb: str
    words: str
    without: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.label, self.verb, self.words) if part)


def chips_of(cl: ConsoleChangeList) -> list[Chip]:
    """The whole sentence: filters, what the address asks besides, the search."""
    return [*_of_filters(cl), *_of_lookups(cl), *_of_search(cl)]


def _of_filters(cl: ConsoleChangeList) -> Iterator[Chip]:
    for spec in cl.filter_specs:
        if isinstance(spec, ConsoleFilter):
            if words := spec.words():
                verb = _("is") if spec.is_equality else ""
                yield Chip(spec.label, verb, words, _without(cl, spec.expected_parameters()))
        elif chosen := _chosen(spec, cl):
            yield Chip(str(capfirst(str(spec.title))), _("is"), chosen, _without(cl, spec.expected_parameters()))


def _chosen(spec: Any, cl: ConsoleChangeList) -> str:
    """What is chosen in a filter that is not of our kinds; its first choice is “all”."""
    if not any(name in cl.filter_params for name in spec.expected_parameters()):
        return ""
    return either(str(choice["display"]) for choice in spec.choices(cl) if choice.get("selected"))


def _of_lookups(cl: ConsoleChangeList) -> Iterator[Chip]:
    for lookup, values in cl.plain_lookups.items():
        label, verb = _told(cl, lookup)
        yield Chip(label, verb, _values(cl, lookup, values), _without(cl, [lookup]))


def _told(cl: ConsoleChangeList, lookup: str) -> tuple[str, str]:
    parts = lookup.split(LOOKUP_SEP)
    last = parts[-1] if parts[-1] in VERBS or parts[-1] in ("isnull", "range") else ""
    names = [part for part in (parts[:-1] if last else parts) if part not in ("id", "pk")]
    try:
        field: Any = get_fields_from_path(cl.model, LOOKUP_SEP.join(names))[-1]
    except FieldDoesNotExist:
        return lookup, ""
    label = getattr(field, "verbose_name", None) or field.related_model._meta.verbose_name
    return str(capfirst(str(label))), str(VERBS.get(last, ""))


def _values(cl: ConsoleChangeList, lookup: str, values: Iterable[Any]) -> str:
    """Values in words: the name of a record whose list this person may see, yes or no, else as they are."""
    flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
    head = lookup.partition(LOOKUP_SEP)[0]
    field: Any = next((field for field in cl.model._meta.get_fields() if field.name == head), None)
    if lookup.endswith("__isnull"):
        return either(_("empty") if value else _("filled in") for value in flat)
    if lookup in (head, f"{head}__exact", f"{head}__id__exact", f"{head}__pk__exact", f"{head}__id"):
        if (named := _named(cl, field, flat)) is not None:
            return either(named)
        known = {str(value): str(words) for value, words in getattr(field, "flatchoices", ())}
        return either(known.get(str(value), str(value)) for value in flat)
    return either(str(value) for value in flat)


def _named(cl: ConsoleChangeList, field: Any, values: list[Any]) -> list[str] | None:
    other: Any = getattr(field, "related_model", None)
    admin = cl.model_admin.admin_site._registry.get(other) if other is not None else None
    if admin is None or not admin.has_view_or_change_permission(cl.request):
        return [f"#{value}" for value in values] if other is not None else None
    rows = {str(row.pk): str(row) for row in other._default_manager.filter(pk__in=values)}
    return [rows.get(str(value), f"#{value}") for value in values]


def _of_search(cl: ConsoleChangeList) -> Iterator[Chip]:
    if term := " ".join(cl.query.split()):
        yield Chip("", _("starting with"), _("“{term}”").format(term=term), _without(cl, [SEARCH_VAR]))


def _without(cl: ConsoleChangeList, names: Iterable[str | None]) -> str:
    return cl.link({name: [] for name in names if name})
