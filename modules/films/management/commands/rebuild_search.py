"""`manage.py rebuild_search`: derive what films are found by again, and the index over it."""

from typing import Any

from django.core.management.base import BaseCommand

from modules.films.services.search import rebuild_search


class Command(BaseCommand):
    help = (
        "Build the search of films anew. It is kept in step by itself; this mends what was written past the services."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The search is rebuilt; {rebuild_search()} films had a stale text.")
