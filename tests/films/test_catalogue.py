"""Films, genres, people, editions: identity, addresses, locks, prices, and what the database refuses."""

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction

from modules.core.actors import SYSTEM
from modules.core.errors import Conflict
from modules.core.models import AuditEntry
from modules.core.money import Money
from modules.films.choices import Job
from modules.films.errors import FilmKnown, GenreInUse, GenreKnown
from modules.films.models import Edition, Film, Genre
from modules.films.models.editions import check_ean, ean_check_digit
from modules.films.rules.catalogue import free_slug, sort_name, sort_title
from modules.films.rules.tax import tax_rate
from modules.films.services.films import CreditFact, archive_film, create_film, edit_film, replace_credits, restore_film
from modules.films.services.genres import remove_genre, save_genre
from modules.films.services.people import add_person, rename_person
from modules.films.services.prices import change_price
from tests.factories.films import EditionFactory, FilmFactory, GenreFactory, PersonFactory

pytestmark = pytest.mark.django_db
EAN = "4006381333931"


@pytest.mark.parametrize(
    ("title", "language", "filed"),
    [
        ("The Matrix", "en", "matrix the"),
        ("La Strada", "it", "strada la"),
        ("La Strada", "", "la strada"),
        ("À nous la liberté", "fr", "a nous la liberte"),
        ("A", "en", "a"),
        ("Amélie", "fr", "amelie"),
        ("七人の侍", "ja", "七人の侍"),
    ],
)
def test_titles_are_filed_without_article_and_accents(title: str, language: str, filed: str) -> None:
    assert sort_title(title, language) == filed


@pytest.mark.parametrize(
    ("name", "filed"),
    [("Stanley Kubrick", "kubrick stanley"), ("Robert Downey Jr.", "downey robert jr"), ("Bono", "bono"), ("U2", "u2")],
)
def test_people_are_filed_by_last_name(name: str, filed: str) -> None:
    assert sort_name(name) == filed


def test_a_slug_takes_the_year_then_a_number() -> None:
    taken = {"prison", "prison-1987", "prison-1987-2"}
    assert free_slug("Prison", 1987, set().__contains__) == "prison"
    assert free_slug("Prison", 1987, {"prison"}.__contains__) == "prison-1987"
    assert free_slug("Prison", 1987, taken.__contains__) == "prison-1987-3"
    assert free_slug("七人の侍", 1954, set().__contains__) == "film"


def test_a_film_has_one_identity(at: datetime) -> None:
    film = create_film(title="Prison", year=1987, actor=SYSTEM, at=at, credits=[CreditFact("Viggo Mortensen")])
    other = create_film(title="Prison", year=1988, actor=SYSTEM, at=at)
    assert (film.slug, other.slug) == ("prison", "prison-1988")
    with pytest.raises(FilmKnown, match="Prison"):
        create_film(title="Prison", year=1987, actor=SYSTEM, at=at)
    with pytest.raises(FilmKnown):
        edit_film(film=other, changes={"year": 1987}, actor=SYSTEM, at=at)


def test_editing_leaves_a_trail_and_raises_the_revision(at: datetime) -> None:
    film = create_film(title="Alien", year=1979, actor=SYSTEM, at=at)
    edited = edit_film(film=film, changes={"runtime": 117, "year": 1979}, actor=SYSTEM, at=at, revision=1)
    assert (edited.runtime, edited.revision) == (117, 2)
    trail = AuditEntry.objects.filter(record_type="films.film", record_id=film.pk).order_by("id")
    assert [(entry.action, entry.changes) for entry in trail] == [
        ("created", {}),
        ("changed", {"runtime": [None, 117]}),
    ]


def test_f26_the_second_editor_of_one_revision_is_refused(at: datetime) -> None:
    film = create_film(title="Alien", year=1979, actor=SYSTEM, at=at)
    edit_film(film=film, changes={"runtime": 117}, actor=SYSTEM, at=at, revision=1)
    with pytest.raises(Conflict):
        edit_film(film=film, changes={"runtime": 118}, actor=SYSTEM, at=at, revision=1)


def test_nothing_changes_when_nothing_differs(at: datetime) -> None:
    film = create_film(title="Alien", year=1979, actor=SYSTEM, at=at)
    assert edit_film(film=film, changes={"title": "Alien"}, actor=SYSTEM, at=at).revision == 1


def test_an_archived_film_leaves_the_shop_and_comes_back(at: datetime) -> None:
    film = FilmFactory()
    archive_film(film=film, actor=SYSTEM, at=at)
    archive_film(film=film, actor=SYSTEM, at=at)
    assert list(Film.objects.shown()) == []
    restore_film(film=film, actor=SYSTEM, at=at)
    assert list(Film.objects.shown()) == [film]
    actions = AuditEntry.objects.filter(record_id=film.pk).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["archived", "restored"]


def test_credits_are_replaced_in_order(at: datetime) -> None:
    film = create_film(title="Alien", year=1979, actor=SYSTEM, at=at, credits=[CreditFact("A"), CreditFact("B")])
    people = [CreditFact("Ridley Scott", Job.DIRECTOR), CreditFact("Sigourney Weaver", character="Ripley")]
    replace_credits(film=film, credits=people, actor=SYSTEM, at=at)
    rows = film.credits.order_by("position").values_list("person__name", "job", "character")
    assert list(rows) == [("Ridley Scott", "director", ""), ("Sigourney Weaver", "actor", "Ripley")]
    film.refresh_from_db()
    assert "weaver" in film.search_text


def test_genres_stand_once_whatever_capitals_and_accents(at: datetime) -> None:
    save_genre(genre=Genre(), names={"en": "Comédie", "es": "Comedia"}, actor=SYSTEM, at=at)
    with pytest.raises(GenreKnown, match="COMEDIE"):
        save_genre(genre=Genre(), names={"en": "COMEDIE"}, actor=SYSTEM, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Genre.objects.create(slug="other", name={"en": "comedie"}, folded_name="comedie")


def test_a_genre_speaks_the_readers_language_or_english() -> None:
    from django.utils.translation import override

    genre = GenreFactory.build(slug="comedy", name={"en": "Comedy", "es": "Comedia"})
    with override("es"):
        assert genre.title == "Comedia"
    with override("fr"):
        assert genre.title == "Comedy"


def test_a_genre_in_use_is_not_removed(at: datetime) -> None:
    film = FilmFactory(in_genres=["Drama"])
    genre = film.genres.get()
    with pytest.raises(GenreInUse, match="1 films"):
        remove_genre(genre=genre, actor=SYSTEM, at=at)
    film.genres.clear()
    remove_genre(genre=genre, actor=SYSTEM, at=at)
    assert Genre.objects.count() == 0


def test_namesakes_are_two_people(at: datetime) -> None:
    first = add_person(name="John Smith", actor=SYSTEM, at=at)
    second = add_person(name="John Smith", actor=SYSTEM, at=at)
    assert (first.slug, second.slug) == ("john-smith", "john-smith-2")


def test_a_renamed_person_is_found_by_the_new_name(at: datetime) -> None:
    film = FilmFactory(people=["Elliot Old"])
    rename_person(person=film.credits.get().person, name="Elliot New", actor=SYSTEM, at=at)
    film.refresh_from_db()
    assert (" new " in film.search_text, " old " in film.search_text) == (True, False)


def test_the_last_digit_of_an_ean_checks_the_others() -> None:
    assert ean_check_digit(EAN) == 1
    check_ean(EAN)
    for wrong in ("4006381333932", "400638133393", "40063813339310", "400638133393x", "٤٠٠٦٣٨١٣٣٣٩٣١"):
        with pytest.raises(ValidationError):
            check_ean(wrong)


@pytest.mark.parametrize("wrong", ["4006381333932", "400638133393", "abcdefghijklm", ""])
def test_the_database_refuses_a_wrong_ean(wrong: str) -> None:
    edition = EditionFactory(ean=EAN)
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(ean=wrong)


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"year": 1700}, {"year": 3000}, {"runtime": 0}, {"status": "unknown"}]
)
def test_the_database_refuses_impossible_films(wrong: dict[str, object]) -> None:
    film = FilmFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Film.objects.filter(pk=film.pk).update(**wrong)


@pytest.mark.parametrize("wrong", [{"price": -1}, {"format": "vhs"}, {"sku": ""}, {"tax_class": "none"}])
def test_the_database_refuses_impossible_editions(wrong: dict[str, object]) -> None:
    edition = EditionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**wrong)


def test_a_price_changes_with_its_history(at: datetime) -> None:
    edition = EditionFactory(price=Money(1290, "EUR"))
    changed = change_price(edition=edition, price=Money(990, "EUR"), reason="sale", actor=SYSTEM, at=at)
    change_price(edition=edition, price=Money(990, "EUR"), reason="again", actor=SYSTEM, at=at)
    assert (changed.price, changed.revision) == (Money(990, "EUR"), 2)
    assert [(row.price, row.reason, row.starts_at) for row in edition.prices.all()] == [(Money(990, "EUR"), "sale", at)]
    trail = AuditEntry.objects.get(record_type="films.edition", action="price_changed")
    assert trail.changes == {"price": ["€12.90", "€9.90"]}


def test_tax_rates_are_fractions_from_the_settings() -> None:
    assert (tax_rate("standard"), tax_rate("reduced")) == (Decimal("0.21"), Decimal("0.10"))


def test_a_missing_tax_rate_is_an_error_of_the_installation(settings) -> None:
    from modules.films.checks import check_tax_rates

    assert check_tax_rates(None) == []
    settings.TAX_RATES = {"standard": "21"}
    assert [problem.id for problem in check_tax_rates(None)] == ["films.E001", "films.E001"]


def test_people_are_sorted_by_last_name() -> None:
    PersonFactory(name="Zoe Abbot"), PersonFactory(name="Abel Zorn")
    from modules.films.models import Person

    assert [person.name for person in Person.objects.all()] == ["Zoe Abbot", "Abel Zorn"]
