"""Films, credits and genres of a batch of rows: few statements, and none for what is as it should be."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.text import slugify

from modules.core import request_id
from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.models import AuditEntry
from modules.films.models import Certification, Credit, Film, Genre, Person
from modules.films.rules.catalogue import free_slug, search_text, sort_title
from modules.films.rules.imports import CreditRow, FilmRow, ImportReport, Written, genre_key
from modules.films.services.people import people_named
from modules.films.services.search import reindex_films

_Through = Film.genres.through


class FilmWriter:
    """Writes batches of one import; what it learns of genres is kept between them, `written` is of the last batch."""

    def __init__(self, report: ImportReport, *, actor: Actor, at: datetime) -> None:
        self.report, self.actor, self.at = report, actor, at
        self.given: set[str] = set()
        self.written: dict[tuple[str, int], Written] = {}
        self.genres = {genre.folded_name: genre for genre in Genre.objects.all()}
        self.trail: list[AuditEntry] = []

    def write(self, rows: Sequence[FilmRow]) -> dict[tuple[str, int], Film]:
        """The films of the rows by identity, written where that was needed."""
        self.written = {}
        known = self._known(rows)
        people = self._people(rows)
        self._add_genres(rows)
        fresh = self._create([row for row in rows if row.identity not in known], people)
        for row in rows:
            if row.identity in known:
                self._update(known[row.identity], row, people)
        AuditEntry.objects.bulk_create(self.trail)
        self.trail = []
        return known | fresh

    def _known(self, rows: Sequence[FilmRow]) -> dict[tuple[str, int], Film]:
        identities = {row.identity for row in rows}
        # Joined, not prefetched one by one: a prefetch of more than 1,000 people is too deep an expression for SQLite.
        credits_with_people = Prefetch("credits", Credit.objects.select_related("person"))
        films = Film.objects.filter(title__in={title for title, _ in identities}).prefetch_related(
            "genres", credits_with_people, "certifications"
        )
        films = films.select_for_update(of=("self",)).order_by("pk")
        return {(film.title, film.year): film for film in films if (film.title, film.year) in identities}

    def _people(self, rows: Sequence[FilmRow]) -> dict[str, Person]:
        before = Person.objects.count()
        people = people_named(credit.name for row in rows for credit in row.credits)
        self.report.people_added += Person.objects.count() - before
        return people

    def _add_genres(self, rows: Sequence[FilmRow]) -> None:
        for name in dict.fromkeys(name for row in rows for name in row.genres):
            key = genre_key(name)
            if key and key not in self.genres:
                shown = name if genre_key(name) == key and key == slugify(name).replace("-", " ") else key.title()
                genre = Genre(slug=slugify(key)[:60], name={"en": shown}, folded_name=key)
                genre.save(force_insert=True)
                self.genres[key] = genre
                self.report.genres_added += 1

    def _genres_of(self, row: FilmRow) -> list[Genre]:
        found = (self.genres.get(genre_key(name)) for name in row.genres)
        return list(dict.fromkeys(genre for genre in found if genre is not None))

    def _create(self, rows: Sequence[FilmRow], people: Mapping[str, Person]) -> dict[tuple[str, int], Film]:
        films = [self._new_film(row) for row in rows]
        Film.objects.bulk_create(films)
        pairs = list(zip(films, rows, strict=True))
        _Through._default_manager.bulk_create(
            _Through(film_id=film.pk, genre_id=genre.pk) for film, row in pairs for genre in self._genres_of(row)
        )
        Credit.objects.bulk_create(credit for film, row in pairs for credit in _credits(film, row.credits, people))
        Certification.objects.bulk_create(
            Certification(film=film, country=country, code=code)
            for film, row in pairs
            for country, code in row.certifications.items()
        )
        self.report.created += len(films)
        self.written |= {(film.title, film.year): Written(film.pk, is_new=True) for film in films}
        self.trail += [self._entry(film, "imported", {}) for film in films]
        return {(film.title, film.year): film for film in films}

    def _new_film(self, row: FilmRow) -> Film:
        film = Film(title=row.title, year=row.year, external_ids=dict(row.external_ids), **row.facts)
        film.slug = free_slug(row.title, row.year, self._is_taken)
        self.given.add(film.slug)
        film.sort_title = sort_title(row.title, film.language)
        people = dict.fromkeys(credit.name for credit in row.credits)
        film.search_text = search_text(row.title, film.original_title, row.year, people)
        return film

    def _is_taken(self, slug: str) -> bool:
        return slug in self.given or Film.objects.filter(slug=slug).exists()

    def _update(self, film: Film, row: FilmRow, people: Mapping[str, Person]) -> None:
        changes = self._changed_facts(film, row) | self._changed_relations(film, row, people)
        locked = set(film.locked_fields) & set(changes)
        self.report.locked += bool(locked)
        changes = {name: values for name, values in changes.items() if name not in locked}
        told = {name: list(values) for name, values in changes.items()}
        self.written[row.identity] = Written(film.pk, changes=told, locked=tuple(sorted(locked)))
        if not changes:
            self.report.unchanged += 1
            return
        for name, (_old, value) in changes.items():
            if name not in ("genres", "credits", "certifications"):
                setattr(film, name, value)
        film.sort_title = sort_title(film.title, film.language)
        film.revision += 1
        film.save()
        self._write_relations(film, row, people, changes)
        reindex_films([film.pk])
        self.report.updated += 1
        self.trail.append(self._entry(film, "changed", {**changes, **_names_only(changes)}))

    def _changed_facts(self, film: Film, row: FilmRow) -> dict[str, tuple[Any, Any]]:
        given = {**row.facts, "external_ids": {**film.external_ids, **row.external_ids}}
        return {name: (getattr(film, name), value) for name, value in given.items() if getattr(film, name) != value}

    def _changed_relations(self, film: Film, row: FilmRow, people: Mapping[str, Person]) -> dict[str, tuple[Any, Any]]:
        changes: dict[str, tuple[Any, Any]] = {}
        old_genres, new_genres = {g.slug for g in film.genres.all()}, {g.slug for g in self._genres_of(row)}
        if row.genres and old_genres != new_genres:
            changes["genres"] = (sorted(old_genres), sorted(new_genres))
        old_credits = parts_of(film.credits.all())
        others = [credit for credit in film.credits.all() if credit.job not in _jobs(row)]
        new_credits = parts_of([*others, *_credits(film, row.credits, people)])
        if row.credits and old_credits != new_credits:
            changes["credits"] = (old_credits, new_credits)
        old_ratings = {rating.country: rating.code for rating in film.certifications.all()}
        new_ratings = {**old_ratings, **row.certifications}
        if old_ratings != new_ratings:
            changes["certifications"] = (old_ratings, new_ratings)
        return changes

    def _write_relations(
        self, film: Film, row: FilmRow, people: Mapping[str, Person], changes: Mapping[str, Any]
    ) -> None:
        if "genres" in changes:
            film.genres.set(self._genres_of(row))
        if "credits" in changes:
            film.credits.filter(job__in=_jobs(row)).delete()
            Credit.objects.bulk_create(_credits(film, row.credits, people))
        if "certifications" in changes:
            for country, code in row.certifications.items():
                Certification.objects.update_or_create(film=film, country=country, defaults={"code": code})

    def _entry(self, film: Film, action: str, changes: Mapping[str, tuple[Any, Any]]) -> AuditEntry:
        return AuditEntry(
            at=self.at,
            actor=self.actor.user,
            actor_label=str(self.actor)[:254],
            action=action,
            record_type=record_type(film),
            record_id=film.pk,
            record_label=str(film)[:254],
            changes={name: list(values) for name, values in changes.items()},
            request_id=request_id.current(),
        )


def parts_of(credits: Iterable[Credit]) -> list[list[str]]:  # noqa: A002 - the noun of the domain
    """Credits as plain facts, in their order: name, job, character."""
    return [[credit.person.name, credit.job, credit.character] for credit in sorted(credits, key=_place)]


def _names_only(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Credits as the trail tells them."""
    if "credits" not in changes:
        return {}
    old, new = changes["credits"]
    return {"credits": ([name for name, *_ in old], [name for name, *_ in new])}


def _jobs(row: FilmRow) -> set[str]:
    """The jobs that the row tells of; who did others stays."""
    return {credit.job for credit in row.credits}


def _place(credit: Credit) -> tuple[str, int]:
    return credit.job, credit.position


def _credits(film: Film, rows: Sequence[CreditRow], people: Mapping[str, Person]) -> list[Credit]:
    """Credits as they would stand; the same person in the same part is one credit."""
    places: dict[str, int] = defaultdict(int)
    parts: dict[tuple[str, str, str], Credit] = {}
    for row in rows:
        key = (row.name, row.job, row.character)
        if key not in parts:
            parts[key] = Credit(
                film=film, person=people[row.name], job=row.job, character=row.character, position=places[row.job]
            )
            places[row.job] += 1
    return list(parts.values())
