"""Two people edit one form: the second sees both versions, and nothing is lost without a word (F26)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from modules.console.words import field_words

if TYPE_CHECKING:
    _Form = forms.ModelForm
else:
    _Form = object

REVISION_NAME = "_revision"


@dataclass(frozen=True)
class Difference:
    """One field in which the typed and the kept version differ."""

    label: str
    typed: str
    kept: str


class RevisionCheck(_Form):
    """Mixed into every change form of a record with a revision: the sent number must be the row's."""

    differences: tuple[Difference, ...] = ()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if str(self.instance.revision) != self.data.get(REVISION_NAME, ""):
            self.differences = tuple(self._differences())
            raise ValidationError(
                _("Somebody else saved this while you had it open. Compare below; save again to keep your version."),
                code="conflict",
            )
        return cleaned

    def _differences(self) -> list[Difference]:
        found = []
        for name in self.changed_data:
            field = self.fields[name]
            typed = self.cleaned_data.get(name, self.data.get(self.add_prefix(name), ""))
            kept = self.get_initial_for_field(field, name)
            found.append(Difference(str(field.label or name), field_words(field, typed), field_words(field, kept)))
        return found


def with_revision_check(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """The form class, checking the revision."""
    return type(form.__name__, (RevisionCheck, form), {"__module__": form.__module__})


def lock_row(model: type[Model], pk: Any) -> None:
    """Keep everybody else from writing a row until the transaction ends; a model may know in which order."""
    own = getattr(model, "lock_row", None)
    if own is not None:
        own(pk)
    else:
        model._base_manager.select_for_update(no_key=True).filter(pk=pk).values_list("pk").first()
