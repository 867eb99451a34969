"""Films, editions and stock for tests, made the way the shop makes them where that matters."""

from datetime import UTC, datetime
from typing import Any

import factory

from modules.core.actors import SYSTEM
from modules.core.money import Money
from modules.core.text import fold
from modules.films.choices import Format, Job, LocationKind
from modules.films.models import Credit, Edition, Film, Genre, Location, Person
from modules.films.rules.catalogue import sort_name, sort_title
from modules.films.services.search import reindex_films
from modules.films.services.stock import receive_stock

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class GenreFactory(factory.django.DjangoModelFactory[Genre]):
    """A genre by its English name: `GenreFactory(title="Film noir")`."""

    class Meta:
        model = Genre
        django_get_or_create = ("slug",)

    class Params:
        title = factory.Sequence(lambda number: f"Genre {number}")

    slug = factory.LazyAttribute(lambda genre: fold(genre.title).replace(" ", "-"))
    name = factory.LazyAttribute(lambda genre: {"en": genre.title})
    folded_name = factory.LazyAttribute(lambda genre: fold(genre.title))


class PersonFactory(factory.django.DjangoModelFactory[Person]):
    class Meta:
        model = Person
        django_get_or_create = ("slug",)

    name = factory.Sequence(lambda number: f"Person Number{number}")
    slug = factory.LazyAttribute(lambda person: fold(person.name).replace(" ", "-"))
    sort_name = factory.LazyAttribute(lambda person: sort_name(person.name))


class FilmFactory(factory.django.DjangoModelFactory[Film]):
    """A film; `people=["A", "B"]` are its cast, `directors=[…]` its directors, `in_genres=["Drama"]` its genres."""

    class Meta:
        model = Film
        skip_postgeneration_save = True

    title = factory.Sequence(lambda number: f"Film Number{number}")
    year = 1960
    slug = factory.Sequence(lambda number: f"film-{number}")
    sort_title = factory.LazyAttribute(lambda film: sort_title(film.title))

    @factory.post_generation
    def in_genres(self: Film, create: bool, extracted: list[str] | None, **_: Any) -> None:  # type: ignore[misc]
        for title in extracted or []:
            self.genres.add(GenreFactory(title=title))

    @factory.post_generation
    def directors(self: Film, create: bool, extracted: list[str] | None, **_: Any) -> None:  # type: ignore[misc]
        for place, name in enumerate(extracted or []):
            Credit.objects.create(film=self, person=PersonFactory(name=name), job=Job.DIRECTOR, position=place)

    @factory.post_generation
    def people(self: Film, create: bool, extracted: list[str] | None, **_: Any) -> None:  # type: ignore[misc]
        for place, name in enumerate(extracted or []):
            Credit.objects.create(film=self, person=PersonFactory(name=name), position=place)
        reindex_films([self.pk])
        self.refresh_from_db()


class LocationFactory(factory.django.DjangoModelFactory[Location]):
    class Meta:
        model = Location
        django_get_or_create = ("slug",)

    slug = "shop"
    name = factory.LazyAttribute(lambda location: location.slug.title())
    kind = LocationKind.STORE


class EditionFactory(factory.django.DjangoModelFactory[Edition]):
    """An edition; `stock=5` puts five copies into the shop, `stock={"shop": 2, "warehouse": 1}` where it says."""

    class Meta:
        model = Edition
        skip_postgeneration_save = True

    film = factory.SubFactory(FilmFactory)
    format = Format.DVD
    sku = factory.Sequence(lambda number: f"TEST-{number:05d}")
    price = Money(1290, "EUR")

    @factory.post_generation
    def stock(self: Edition, create: bool, extracted: int | dict[str, int] | None, **_: Any) -> None:  # type: ignore[misc]
        places = extracted if isinstance(extracted, dict) else {"shop": extracted or 0}
        for slug, quantity in places.items():
            if quantity:
                location = LocationFactory(slug=slug)
                receive_stock(edition=self, location=location, quantity=quantity, actor=SYSTEM, at=AT)
