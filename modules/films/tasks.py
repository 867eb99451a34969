"""What runs beside requests."""

from modules.core.after_migrate import after_migrate
from modules.films.services.search import ensure_index


@after_migrate(order=60)
def keep_search_index() -> None:
    """The search index of SQLite is no table of Django's: it is looked after here."""
    ensure_index()
