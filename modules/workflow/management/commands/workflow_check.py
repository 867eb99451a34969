"""`manage.py workflow_check`: whether the workflows are sound, and whether the database still fits them."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from modules.workflow.drift import drift
from modules.workflow.flows import flows
from modules.workflow.publishing import refresh
from modules.workflow.soundness import findings


class Command(BaseCommand):
    help = "Prove the workflows sound and compare them with what the database holds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="*", help="only these workflows, such as films.order")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--no-database", action="store_true", help="look at the code alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_database"]:
            refresh()
        wanted = set(options["keys"])
        unknown = wanted - {flow.graph.key for flow in flows}
        if unknown:
            raise CommandError(f"there is no workflow {', '.join(sorted(unknown))}")
        found = [finding for flow in flows for finding in findings(flow.graph, flow.model)]
        if not options["no_database"]:
            found += drift()
        found = [finding for finding in found if not wanted or finding.workflow in wanted]
        if options["format"] == "json":
            self.stdout.write(json.dumps([finding.as_data() for finding in found], indent=2, ensure_ascii=False))
        else:
            for finding in found:
                self.stdout.write(f"{finding.severity}: {finding}")
            self.stdout.write(f"{len(wanted or flows)} workflows, {len(found)} findings")
        if any(finding.severity == "error" for finding in found):
            raise CommandError("not sound")
