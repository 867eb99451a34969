"""Films, genres and people in the console."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.admin import EmptyFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from modules.console.api import RecordAdmin, RecordInline, display, register
from modules.core.actors import Actor
from modules.core.http import PortalRequest
from modules.films.forms.console.catalogue import FilmForm, GenreForm, PersonForm, name_field
from modules.films.models import Certification, Credit, Edition, Film, Genre, Person
from modules.films.services.films import archive_film, prepared, restore_film
from modules.films.services.genres import remove_genre, save_genre
from modules.films.services.people import add_person, rename_person
from modules.films.services.search import reindex_films


class CreditInline(RecordInline):
    """Who did what."""

    model = Credit
    fields = ["person", "job", "character", "position"]
    autocomplete_fields = ["person"]
    ordering = ["job", "position", "id"]
    show_change_link = False


class CertificationInline(RecordInline):
    """Age ratings by country."""

    model = Certification
    fields = ["country", "code"]
    show_change_link = False


class EditionInline(RecordInline):
    """What is sold of the film; each has its own page."""

    model = Edition
    fields = ["sku", "format", "price", "on_sale_from", "archived_at"]
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@register(Film)
class FilmAdmin(RecordAdmin):
    """The catalogue."""

    form = FilmForm
    list_display = ["title", "year", "status", "locks", "archived_at"]
    list_filter = ["status", ("archived_at", EmptyFieldListFilter)]
    search_fields = ["title", "sort_title"]
    default_order = ["sort_title"]
    readonly_fields = ["slug"]
    inlines = [EditionInline, CreditInline, CertificationInline]
    fieldsets = [
        (None, {"fields": [("title", "year"), ("original_title", "language"), ("runtime", "countries"), "status"]}),
        (_("What it is about"), {"fields": ["tagline", "synopsis", "genres"]}),
        (_("Imports"), {"fields": ["locked_fields"]}),
        (_("More"), {"fields": [("slug", "popularity")], "classes": ["collapse"]}),
    ]

    @display(description=_("locked"))
    def locks(self, film: Film) -> str:
        return ", ".join(film.locked_fields)

    def save_record(self, request: HttpRequest, record: Film, form: forms.ModelForm, change: bool) -> None:
        prepared(record)
        super().save_record(request, record, form, change)
        if change:
            record.save(update_fields=["sort_title"])

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        reindex_films([form.instance.pk])

    def archive_record(self, record: Any, *, actor: Actor, at: datetime) -> None:
        archive_film(film=record, actor=actor, at=at)

    def restore_record(self, record: Any, *, actor: Actor, at: datetime) -> None:
        restore_film(film=record, actor=actor, at=at)


@register(Genre)
class GenreAdmin(RecordAdmin):
    """Genres, with their names in the shop's languages."""

    form = GenreForm
    list_display = ["title", "slug"]
    search_fields = ["slug", "folded_name"]
    default_order = ["slug"]
    readonly_fields = ["slug"]
    keeps_trail = True

    @display(description=_("name"), ordering="slug")
    def title(self, genre: Genre) -> str:
        return genre.title

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name_field(code) for code, _language in settings.LANGUAGES]
        shown = names if self.has_change_permission(request, obj) else ["title"]
        return [(None, {"fields": [*shown, "slug"] if obj else shown})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["slug", "title"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, **{**kwargs, "fields": []})

    def save_record(self, request: HttpRequest, record: Genre, form: forms.ModelForm, change: bool) -> None:
        viewer = cast(PortalRequest, request)
        names = cast(GenreForm, form).names
        save_genre(genre=record, names=names, actor=viewer.actor, at=viewer.now)

    def delete_model(self, request: HttpRequest, obj: Genre) -> None:
        viewer = cast(PortalRequest, request)
        remove_genre(genre=obj, actor=viewer.actor, at=viewer.now)

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Genre]) -> None:
        for genre in queryset:
            self.delete_model(request, genre)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        """The service keeps the trail."""


@register(Person)
class PersonAdmin(RecordAdmin):
    """Everybody who worked on a film."""

    form = PersonForm
    list_display = ["name", "sort_name"]
    search_fields = ["sort_name", "name"]
    default_order = ["sort_name"]
    fieldsets = [(None, {"fields": ["name", "sort_name"]})]
    keeps_trail = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        found: QuerySet[Person] = super().get_queryset(request)
        return found

    def save_record(self, request: HttpRequest, record: Person, form: forms.ModelForm, change: bool) -> None:
        viewer = cast(PortalRequest, request)
        filed_under = record.sort_name if "sort_name" in form.changed_data else ""
        if change:
            rename_person(person=record, name=record.name, filed_under=filed_under, actor=viewer.actor, at=viewer.now)
        else:
            made = add_person(name=record.name, filed_under=filed_under, actor=viewer.actor, at=viewer.now)
            record.pk, record._state.adding = made.pk, False
