"""`manage.py serve`: the whole product in one command."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from modules.core import serving
from modules.core.supervisor import in_child


class Command(BaseCommand):
    help = "Start the HTTP server, the queue and the ticker under one supervisor."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=["web", "worker"], help="run one face only, to scale out")
        parser.add_argument("--migrate", action="store_true", help="migrate the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        report = serving.reporter(self._say)
        if not in_child(lambda: serving.prepare(migrate=options["migrate"], report=report)):
            sys.exit(1)
        sys.exit(serving.run(only=options["only"]))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
