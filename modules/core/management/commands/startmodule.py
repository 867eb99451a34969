"""`manage.py startmodule NAME`: a working feature module to change into one's own."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.core import new_module


class Command(BaseCommand):
    help = "Write a feature module with workflow, pages, messages, tests and documentation, and add it to the project."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the module, by the plural that people use: repairs")
        parser.add_argument("--record", default="", help="one of them: repair; by default the singular of the name")
        parser.add_argument("--spanish", default="", help="the same in Spanish: reparación,reparaciones")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = new_module.names_for(options["name"], options["record"])
            spanish = new_module.spanish_words(names, options["spanish"])
            written = new_module.write(names)
            changed = [*new_module.register(names), *new_module.translate(names, spanish)]
        except new_module.Refused as refused:
            raise CommandError(str(refused)) from None
        self._tidy([path for path in [*written, *changed] if path.suffix == ".py"])
        for path in [*written, *changed]:
            self.stdout.write(f"  {path.relative_to(settings.BASE_DIR)}")
        self.stdout.write(f"\n{names.words['Nouns']} stand at /{names.path}/ after `manage.py migrate`.")
        if not options["spanish"]:
            self.stdout.write("The Spanish catalogue uses the English nouns; `--spanish` gives them, or edit the file.")

    def _tidy(self, files: list[Path]) -> None:
        """Imports are sorted and lines broken by the names they hold; ruff comes with tests/requirements.txt."""
        if find_spec("ruff") is None:
            self.stdout.write("ruff is not installed: `ruff check --fix --select I` and `ruff format` are left to you.")
            return
        for step in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
            subprocess.run([sys.executable, "-m", "ruff", *step, *map(str, files)], cwd=settings.BASE_DIR, check=True)  # noqa: S603
