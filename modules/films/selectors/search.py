"""Finding films by what people type: accents and typing errors forgiven, people and original titles found.

The database's trigram index narrows to candidates (FTS5 on SQLite, pg_trgm on PostgreSQL; DECISIONS 28); the ranking
is ours (`selectors.ranking`), so both databases answer alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from modules.films.models import Film
from modules.films.selectors.ranking import Findable, Fit, Score, asked_trigrams, asked_words, closeness, score_of

CANDIDATES = 600
"""The ranking looks at this many films, those that share most with the query."""
NEAR = 0.45
"""Without a film that has all the words, one that scores this much comes near."""


@dataclass(frozen=True)
class Found:
    """Films by id, best first, and how they answer; with exact answers there is no need of others."""

    ids: tuple[int, ...]
    fit: Fit = Fit.EXACT


def find_films(query: str) -> Found | None:
    """The films that answer a query, in one query of the database; None when nothing was asked."""
    words = asked_words(query)
    if not words:
        return Found(()) if query.strip() else None
    scores = [score_of(film, words) for film in _candidates(words)]
    best = max((score.fit for score in scores), default=Fit.EXACT)
    kept = [score for score in scores if score.fit is best and (best is not Fit.NEAR or score.value >= NEAR)]
    return Found(tuple(_best_first(kept, words)), best)


def _best_first(scores: Iterable[Score], words: list[str]) -> list[int]:
    def rank(score: Score) -> tuple[float, int, int]:
        return -(score.value + 0.4 * closeness(score.film, words)), -score.film.popularity, score.film.pk

    return [score.film.pk for score in sorted(scores, key=rank)]


def _candidates(words: list[str]) -> Iterable[Findable]:
    films = _on_postgresql(words) if connection.vendor == "postgresql" else _on_sqlite(words)
    rows = films.values_list("pk", "title", "original_title", "search_text", "popularity")
    return [Findable(*row) for row in rows[:CANDIDATES]]


def _on_sqlite(words: list[str]) -> QuerySet[Film]:
    """FTS5's own ranking counts rare trigrams more. The tokens hold letters, digits and spaces only."""
    match = " OR ".join(f'"{trigram}"' for trigram in asked_trigrams(words))
    ranked = "SELECT rowid FROM films_film_search WHERE films_film_search MATCH %s ORDER BY rank LIMIT %s"
    found = RawSQL(ranked, [match, CANDIDATES])  # noqa: S611 - parameters are bound
    return Film.objects.shown().filter(pk__in=found).order_by()


def _on_postgresql(words: list[str]) -> QuerySet[Film]:
    """The GIN index answers each LIKE; word similarity orders what shares a trigram."""
    from django.contrib.postgres.search import TrigramWordSimilarity  # needs psycopg, which SQLite does without

    shares = reduce(or_, (Q(search_text__contains=trigram) for trigram in asked_trigrams(words)))
    similar = TrigramWordSimilarity(" ".join(words), "search_text")
    return Film.objects.shown().filter(shares).order_by(similar.desc(), "pk")
