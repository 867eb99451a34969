"""`manage.py workflow_export films.order --format bpmn > order.bpmn`: a workflow or its history for other tools."""

from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone, translation
from django.utils.dateparse import parse_date, parse_datetime

from modules.workflow.clocks.local_times import business_zone, instant
from modules.workflow.exports.formats import FORMATS, Asked
from modules.workflow.exports.happenings import Window
from modules.workflow.management.exchange import flow_named


class Command(BaseCommand):
    help = "Write a workflow (bpmn, mermaid, dot, words) or what happened to its records (xes, ocel) to the output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="the workflow's key, such as films.order")
        parser.add_argument("--format", choices=sorted(FORMATS), default="words")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)
        parser.add_argument("--since", type=_moment, help="of the history, what happened from this date or moment on")
        parser.add_argument("--until", type=_moment, help="and what happened before this one")
        parser.add_argument("--names", action="store_true", help="write who did it instead of “person 7”")

    def handle(self, *args: Any, **options: Any) -> None:
        flow = flow_named(options["key"])
        asked = Asked(Window(options["since"], options["until"]), options["names"])
        with translation.override(options["language"]):
            for piece in FORMATS[options["format"]].write(flow, asked):
                self.stdout.write(piece, ending="")


def _moment(text: str) -> datetime:
    """A moment, or the beginning of a day where the business is."""
    day = parse_date(text) if len(text) == len("2026-01-01") else None
    found = datetime.combine(day, time()) if day else parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if timezone.is_aware(found) else instant(found, business_zone())
