"""`manage.py workflow export|import|diff|publish|transfer|backtest`: workflows as data, and versions of them.

Exit codes: 0 done, 1 cannot be done, 2 the definition is unsound or no workflow, 3 records stand in states for which
nothing was chosen, 4 (`diff --exit-code`) there are differences.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from modules.core.errors import Refusal
from modules.workflow.errors import Unmapped
from modules.workflow.management import backtests, exchange, moves
from modules.workflow.publishing import BadDefinition, Unsound

CODES: dict[type[Refusal], int] = {BadDefinition: 2, Unsound: 2, Unmapped: 3}


class Command(BaseCommand):
    help = "Write workflows as JSON, read them, compare, publish, move records to a version, try one on the past."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", help="of sentences and findings")
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        exchange.add_verbs(verbs)
        moves.add_verbs(verbs)
        backtests.add_verbs(verbs)

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or translation.get_language()):
            try:
                options["run"](self, options)
            except Refusal as refusal:
                raise CommandError(str(refusal), returncode=CODES.get(type(refusal), 1)) from refusal
