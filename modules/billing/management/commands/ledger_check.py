"""Prove the books."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from modules.billing.models import Entry
from modules.billing.selectors.proof import ledger_findings


class Command(BaseCommand):
    help = "Prove the books: every sum, every cached balance, every trigger. Ends with 1 when something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = ledger_findings()
        for finding in findings:
            self.stdout.write(finding)
        if findings:
            raise CommandError(f"{len(findings)} findings in the ledger.", returncode=1)
        self.stdout.write(f"The books are right: {Entry.objects.count()} entries.")
