"""`manage.py translations`: bring the Spanish catalogue in line with the code, or check that it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.core import catalogue

LANGUAGE = "es"


class Command(BaseCommand):
    help = "Collect marked strings into the Spanish catalogue and compile it; --check only compares."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail when something is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = catalogue.updated(LANGUAGE)
        missing = catalogue.missing(found)
        if options["check"]:
            stale = set(catalogue.read(LANGUAGE)._messages) - set(found._messages)
            if missing or stale:
                listed = "\n".join(f"  {text!r}" for text in [*missing, *map(str, stale)][:40])
                raise CommandError(f"{len(missing)} strings without translation, {len(stale)} stale:\n{listed}")
            return
        catalogue.write(found, LANGUAGE)
        self.stdout.write(f"{len(found)} strings, {len(missing)} without translation")
