"""`manage.py stripe_sandbox`: the local Stripe peer as a process, the same that the demo runs beside the product."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Runs the local Stripe stand-in of the demo. No money moves. Refused without the demo setting."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=None, help="by default STRIPE_SANDBOX_PORT")
        parser.add_argument("--database", default=None, help="SQLite file; by default in the data directory")
        parser.add_argument("--webhook-url", default=None, help="by default the product's own receiver")
        parser.add_argument("--secret", action="append", default=[], help="signs the webhooks; may be given twice")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The Stripe sandbox runs with the demo setting only (DEMO=1), never in production.")
        from modules.billing.sandbox import process, server
        from modules.billing.sandbox.errors import SandboxRefused

        words = process.command_line(
            port=options["port"],
            database=options["database"],
            webhook_url=options["webhook_url"],
            secrets=options["secret"],
        )
        try:
            server.main(words, allow=True, announce=self.stdout.write)
        except (SandboxRefused, OSError) as error:
            raise CommandError(str(error)) from error
