"""`manage.py workflow_seal [--verify]`: seal the history now, or compare it with its seals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max

from modules.core import clock
from modules.workflow.models import HistoryEntry
from modules.workflow.sealing import breaks, seal_until


class Command(BaseCommand):
    help = "Seals the history of all records, or names every entry that was changed past the engine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verify", action="store_true", help="compare the history with its seals; write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["verify"]:
            newest = HistoryEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
            self.stdout.write(f"{seal_until(newest, at=clock.now())} entries sealed")
            return
        found = [str(each) for each in breaks()]
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("the history matches its seals")
