"""What staff may enter about films, genres and people."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from modules.films.forms.imports.errors import BadValue
from modules.films.forms.imports.values import country_code
from modules.films.models import Film, Genre, Person
from modules.films.services.films import LOCKABLE
from modules.films.services.genres import folded_name

LOCKED_TITLES = {"genres": _("genres"), "credits": _("credits")}


def _lockable() -> list[tuple[str, Any]]:
    titles = {field.name: field.verbose_name for field in Film._meta.fields}
    return [(name, LOCKED_TITLES.get(name) or titles[name]) for name in LOCKABLE]


class FilmForm(forms.ModelForm):
    """A film's facts. What is locked, an import leaves as it is."""

    countries = forms.CharField(
        label=_("Countries"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Two letters each, separated by commas: ES, FR."),
    )
    locked_fields = forms.MultipleChoiceField(
        label=_("Locked against imports"),
        required=False,
        choices=_lockable,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("An import never changes what is ticked here."),
    )

    class Meta:
        model = Film
        exclude = ()  # noqa: DJ006 - the console names the fields
        widgets = {"genres": UnfoldAdminCheckboxSelectMultipleWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "countries" in self.fields:
            self.initial["countries"] = ", ".join(self.instance.countries)

    def clean_countries(self) -> list[str]:
        try:
            return [country_code(code.strip()) for code in self.cleaned_data["countries"].split(",") if code.strip()]
        except BadValue:
            raise ValidationError(_("Enter two letters for each country, such as ES, FR."), code="country") from None

    def has_changed(self) -> bool:
        return bool(self.changed_data)


class GenreForm(forms.ModelForm):
    """A genre with its name in each language of the shop."""

    class Meta:
        model = Genre
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[name_field(code)] = forms.CharField(
                label=language,
                max_length=60,
                required=code == settings.LANGUAGES[0][0],
                initial=(self.instance.name or {}).get(code, ""),
                widget=UnfoldAdminTextInputWidget,
            )

    @property
    def names(self) -> dict[str, str]:
        """Names by language, those left out too: they are taken away."""
        told = {code: self.cleaned_data.get(name_field(code), "").strip() for code, _language in settings.LANGUAGES}
        return {**(self.instance.name or {}), **told}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        key = folded_name({code: name for code, name in self.names.items() if name})
        if key and Genre.objects.filter(folded_name=key).exclude(pk=self.instance.pk).exists():
            first = name_field(settings.LANGUAGES[0][0])
            self.add_error(first, ValidationError(_("There is a genre of this name already."), code="genre_known"))
        return cleaned


def name_field(code: str) -> str:
    """The form's field for the name in a language."""
    return f"name_{code.replace('-', '_')}"


class PersonForm(forms.ModelForm):
    """A person; how the name is filed follows from it unless somebody knows better."""

    class Meta:
        model = Person
        fields = ("name", "sort_name")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "sort_name" in self.fields:
            self.fields["sort_name"].required = False
