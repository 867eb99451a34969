"""`manage.py demo`: a shop with data on this machine, without key, account or server."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.core import clock, demo_data, serving
from modules.core.supervisor import in_child

SIGN_INS = [
    ("customer@demo.test", "buys films"),
    ("staff@demo.test", "works in the console"),
    ("owner@demo.test", "may do everything"),
]


class Command(BaseCommand):
    help = "Set up the demo on embedded SQLite and start it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="prepare everything and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is switched off in the environment; the demo does not run against real data.")
        self._say(f"Modular Connect demo in {settings.DATA_DIR}")
        report = serving.reporter(self._say)
        if not in_child(lambda: self._prepare(report)):
            sys.exit(1)
        if options["no_serve"]:
            return
        self._welcome()
        sys.exit(serving.run())

    def _prepare(self, report: Any) -> None:
        serving.prepare(migrate=True, report=report)
        demo_data.load_all(report=report, at=clock.now())

    def _welcome(self) -> None:
        self._say(f"\n  Shop      {settings.BASE_URL}/\n  Console   {settings.BASE_URL}/console/")
        self._say(f"  Sent mail {settings.BASE_URL}/sent-mail/\n\n  Sign in with the password “demo”:")
        for email, what in SIGN_INS:
            self._say(f"    {email:<20} {what}")
        self._say("\n  Card 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined. Ctrl-C stops.\n")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
