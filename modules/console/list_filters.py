"""What a list can be filtered by. Choices come from the field itself, so that no filter reads the table to be drawn."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from babel.lists import format_list
from django.contrib.admin import FieldListFilter
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from modules.console.archive import has_archive
from modules.core.looks import states_of
from modules.core.moments import babel_locale

LONGEST_SENTENCE = 5
MOST_VALUES = 100


@dataclass(frozen=True)
class Option:
    """One value to choose."""

    value: str
    title: str
    is_chosen: bool


class ConsoleFilter(FieldListFilter):
    """A filter of the console: several values at once, drawn by its partial, told in words by its chip."""

    control: ClassVar[str] = "choices"
    suffixes: tuple[str, ...] = ("__exact",)
    is_equality: ClassVar[bool] = True
    """Whether the chip reads “State is Paid”; otherwise “placed from 1 Nov”."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str
    ) -> None:
        self.model = model
        super().__init__(field, request, params, model, model_admin, field_path)

    def expected_parameters(self) -> list[str | None]:
        return [f"{self.field_path}{suffix}" for suffix in self.suffixes]

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Django's links; ours are drawn from `options`."""
        return iter(())

    @property
    def parameter(self) -> str:
        return f"{self.field_path}{self.suffixes[0]}"

    @property
    def label(self) -> str:
        return str(capfirst(str(self.title)))

    @property
    def partial(self) -> str:
        return f"console/partials/_list_filter_{self.control}.html"

    def values(self, suffix: str = "") -> list[str]:
        """What the address says, without empty values."""
        found: Any = self.used_parameters.get(f"{self.field_path}{suffix or self.suffixes[0]}", [])
        return [str(value) for value in found if str(value)][:MOST_VALUES]

    def options(self) -> list[Option]:
        return []

    def words(self) -> str:
        """What is chosen, in words; nothing where nothing is."""
        chosen = set(self.values())
        return either(option.title for option in self.options() if option.value in chosen)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        values = self.values()
        return queryset.filter(**{f"{self.field_path}__in": values}) if values else queryset


def either(words: Iterable[str]) -> str:
    """“Paid or Shipped”, in the reader's language; a long list ends in “and 3 more”."""
    found = list(words)
    if len(found) > LONGEST_SENTENCE:
        rest = len(found) - LONGEST_SENTENCE + 1
        found = [*found[: LONGEST_SENTENCE - 1], _("{count} more").format(count=rest)]
    return str(format_list(found, style="or", locale=babel_locale())) if found else ""


class Choices(ConsoleFilter):
    """A field with choices, the state of a workflow among them: any of several."""

    def options(self) -> list[Option]:
        chosen = set(self.values())
        return [Option(value, title, value in chosen) for value, title in self.known()]

    def known(self) -> list[tuple[str, str]]:
        """Every value with its word, as the field or the workflow declares them."""
        if self.field.model is self.model:
            return [(value, str(title)) for value, title in states_of(self.model, self.field.name)]
        return [(str(value), str(title)) for value, title in self.field.flatchoices]

    def words(self) -> str:
        named = dict(self.known())
        return either(named.get(value, value) for value in self.values())


class YesNo(ConsoleFilter):
    """A boolean."""

    def options(self) -> list[Option]:
        chosen = set(self.values())
        return [Option("1", _("Yes"), "1" in chosen), Option("0", _("No"), "0" in chosen)]

    def values(self, suffix: str = "") -> list[str]:
        spelled = {"1": "1", "0": "0", "True": "1", "False": "0"}
        return [spelled[value] for value in super().values(suffix) if value in spelled]


class Presence(ConsoleFilter):
    """Whether the field holds something; for the archive: whether the record is in it."""

    suffixes = ("__isempty",)

    @property
    def label(self) -> str:
        return _("Archived") if self._is_archive else super().label

    @property
    def _is_archive(self) -> bool:
        return bool(self.field_path == "archived_at" and has_archive(self.model))

    def options(self) -> list[Option]:
        chosen = set(self.values())
        told = (_("Yes"), _("No")) if self._is_archive else (_("filled in"), _("empty"))
        return [Option("0", told[0], "0" in chosen), Option("1", told[1], "1" in chosen)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = set(self.values())
        if chosen not in ({"0"}, {"1"}):
            return queryset
        empty = queryset.filter(**{f"{self.field_path}__isnull": True})
        if not self.field.empty_strings_allowed:
            return empty if chosen == {"1"} else queryset.filter(**{f"{self.field_path}__isnull": False})
        condition = {f"{self.field_path}__in": [""]}
        return queryset.exclude(**condition) if chosen == {"0"} else queryset.filter(**condition) | empty


class Text(ConsoleFilter):
    """A text or number without choices: exactly what is typed."""

    control = "text"

    @property
    def typed(self) -> str:
        return "".join(self.values()[:1])

    def words(self) -> str:
        return either(f"“{value}”" for value in self.values())

    def values(self, suffix: str = "") -> list[str]:
        """Those that the field takes."""
        return [value for value in super().values(suffix) if self._fits(value)]

    def _fits(self, value: str) -> bool:
        try:
            self.field.get_prep_value(self.field.to_python(value))
        except (ValidationError, ValueError, TypeError):
            return False
        return "\0" not in value


class Related(ConsoleFilter):
    """A foreign key: records found by the search of their own list, never a list of them all."""

    control = "related"

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: type[Model], model_admin: Any, field_path: str
    ) -> None:
        self.suffixes = (f"__{field.target_field.name}__exact",)
        super().__init__(field, request, params, model, model_admin, field_path)
        self.other: Any = model_admin.admin_site._registry.get(field.related_model)
        self.may_search = self.other is not None and self.other.has_view_or_change_permission(request)
        self._found: list[Option] | None = None

    def values(self, suffix: str = "") -> list[str]:
        return [value for value in super().values(suffix) if value.isdecimal() and len(value) < 19]

    def options(self) -> list[Option]:
        """The chosen records; others are looked for."""
        if self._found is None:
            self._found = [Option(value, self._named().get(value, f"#{value}"), True) for value in self.values()]
        return self._found

    def _named(self) -> dict[str, str]:
        """Names of the chosen records, for whoever may see them."""
        values = self.values()
        if not values or not self.may_search:
            return {}
        other: Any = self.field.related_model
        rows = other._default_manager.filter(pk__in=values)
        return {str(row.pk): str(row) for row in rows}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        values = [int(value) for value in self.values()]
        return queryset.filter(**{f"{self.field_path}__in": values}) if values else queryset
