"""`manage.py sweep`: everything that time drives, once, at a given moment."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.core import clock, outbox
from modules.core.sweeps import run_sweeps


class Command(BaseCommand):
    help = "Fire due timers, expire what is due, and do the due outbox, in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="pretend that it is this moment (ISO 8601; UTC when no offset is given)")

    def handle(self, *args: Any, **options: Any) -> None:
        at = moment(options["now"]) if options["now"] else clock.now()
        with clock.frozen(at):
            for name, count in run_sweeps(at=at).items():
                self.stdout.write(f"{name}: {count}")
            self.stdout.write(f"outbox: {outbox.drain(at=at)}")


def moment(text: str) -> datetime:
    """An aware moment from ISO text."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no ISO moment; write it as 2026-11-21T12:00+00:00") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
