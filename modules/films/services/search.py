"""Keeping what films are found by: the folded column by our services, the index over it by the database itself."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Prefetch

from modules.films.models import Credit, Film
from modules.films.rules.catalogue import search_text

BATCH = 500
# The index keeps no copy of the text; triggers keep it in step with every write of a film, also a bulk one.
_SQLITE_TRIGGERS = {
    "films_film_search_insert": """CREATE TRIGGER films_film_search_insert AFTER INSERT ON films_film BEGIN
        INSERT INTO films_film_search(rowid, search_text) VALUES (new.id, new.search_text); END""",
    "films_film_search_delete": """CREATE TRIGGER films_film_search_delete AFTER DELETE ON films_film BEGIN
        INSERT INTO films_film_search(films_film_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text); END""",
    "films_film_search_update": """CREATE TRIGGER films_film_search_update
        AFTER UPDATE OF search_text ON films_film WHEN old.search_text IS NOT new.search_text BEGIN
        INSERT INTO films_film_search(films_film_search, rowid, search_text)
        VALUES ('delete', old.id, old.search_text);
        INSERT INTO films_film_search(rowid, search_text) VALUES (new.id, new.search_text); END""",
}
_SQLITE_INDEX = """CREATE VIRTUAL TABLE films_film_search USING fts5(
    search_text, content='films_film', content_rowid='id', tokenize='trigram')"""


def reindex_films(film_ids: Iterable[int]) -> int:
    """Derive the search text of these films again from their titles and people; how many changed."""
    changed = 0
    ids = list(film_ids)
    for start in range(0, len(ids), BATCH):
        films = Film.objects.filter(pk__in=ids[start : start + BATCH]).prefetch_related(
            Prefetch("credits", Credit.objects.select_related("person"))
        )
        stale = []
        for film in films:
            people = [credit.person.name for credit in film.credits.all()]
            text = search_text(film.title, film.original_title, film.year, people)
            if film.search_text != text:
                film.search_text = text
                stale.append(film)
        Film.objects.bulk_update(stale, ["search_text"])
        changed += len(stale)
    return changed


def rebuild_search() -> int:
    """Derive every film's search text and build the index anew; how many texts were stale."""
    ensure_index(anew=True)
    return reindex_films(Film.objects.order_by("pk").values_list("pk", flat=True))


def ensure_index(*, anew: bool = False) -> None:
    """On SQLite, see that index and triggers are there (a migration that rebuilds the table of films drops them).

    PostgreSQL keeps its index by itself; a migration made it.
    """
    if connection.vendor != "sqlite":
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'films_film_search%'")
        known = {row[0] for row in cursor.fetchall()}
        missing = [name for name in _SQLITE_TRIGGERS if name not in known]
        if "films_film_search" not in known:
            cursor.execute(_SQLITE_INDEX)
        for name in missing:
            cursor.execute(_SQLITE_TRIGGERS[name])
        if missing or anew:
            cursor.execute("INSERT INTO films_film_search(films_film_search) VALUES ('rebuild')")
