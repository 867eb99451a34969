"""`manage.py import_films PATH`: films from JSON, CSV, or a folder of a known kind."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from modules.core import clock
from modules.core.actors import SYSTEM
from modules.films.forms.imports import PROFILES, Unreadable, read_source
from modules.films.rules.imports import ImportReport
from modules.films.services.imports import import_films


class Command(BaseCommand):
    help = "Import films. Rows that cannot be read are listed with their lines; everything else is imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a .json or .csv file, or a folder with --profile")
        parser.add_argument("--profile", default="", choices=["", *PROFILES], help="the kind of folder")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument("--report", choices=["text", "json"], default="text", help="how to say it")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="what a CSV column tells: --map Filmtitel=title",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        mapping = dict(pair.partition("=")[::2] for pair in options["map"])
        try:
            report = import_films(
                rows=read_source(path, profile=options["profile"], mapping=mapping),
                source=options["profile"] or path.name[:60],
                actor=SYSTEM,
                at=clock.now(),
                dry_run=options["dry_run"],
            )
        except Unreadable as error:
            raise CommandError(str(error)) from None
        if options["report"] == "json":
            self.stdout.write(json.dumps(report.as_data(), ensure_ascii=False, indent=2))
        else:
            self._tell(report)

    def _tell(self, report: ImportReport) -> None:
        tense = "would be " if report.dry_run else ""
        self.stdout.write(
            f"Films: {report.created} {tense}added, {report.updated} {tense}changed, {report.unchanged} as they were"
            + (f", {report.locked} kept locked fields" if report.locked else "")
        )
        self.stdout.write(
            f"Also {tense}added: {report.people_added} people, {report.genres_added} genres, "
            f"{report.editions_added} editions, {report.copies_received} copies"
        )
        self._list(f"{len(report.problems)} rows left out:", report.problems)
        self._list(f"{len(report.suspects)} films may stand twice (nothing was merged):", report.suspects)

    def _list(self, title: str, entries: list[Any]) -> None:
        if entries:
            self.stdout.write(title)
        for entry in entries:
            self.stdout.write(f"  line {entry}")
