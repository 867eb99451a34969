"""What runs beside requests."""

from modules.core import clock
from modules.core.after_migrate import after_migrate
from modules.films.services.catching_up import book_opening_stock, open_missing_shipments
from modules.films.services.search import ensure_index


@after_migrate(order=60)
def keep_search_index() -> None:
    """The search index of SQLite is no table of Django's: it is looked after here."""
    ensure_index()


@after_migrate(order=70)
def catch_up() -> None:
    """Orders and stock of an older version."""
    book_opening_stock(at=clock.now())
    open_missing_shipments(at=clock.now())
