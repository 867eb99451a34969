"""`manage.py workflow_diagram films.order --format svg > order.svg`: a workflow as a picture or as Mermaid text."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import draw
from modules.workflow.exports.mermaid import mermaid
from modules.workflow.graph import WorkflowGraph
from modules.workflow.management.exchange import flow_named


class Command(BaseCommand):
    help = "Write the diagram of a workflow to the standard output, as an SVG file of its own or as Mermaid text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="the workflow's key, such as films.order")
        parser.add_argument("--format", choices=["svg", "mermaid"], default="svg")
        parser.add_argument(
            "--direction", choices=["auto", "right", "down"], default="auto", help="where the flow runs"
        )
        parser.add_argument("--around", metavar="STATE", default="", help="of a large workflow: around this state")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *args: Any, **options: Any) -> None:
        flow = flow_named(options["key"])
        with translation.override(options["language"]):
            self.stdout.write(self._text(flow.graph, options), ending="")

    def _text(self, graph: WorkflowGraph, options: dict[str, Any]) -> str:
        if options["format"] == "mermaid":
            return mermaid(graph)
        sketched = sketch(graph, direction=options["direction"], around=options["around"])
        if not sketched.is_drawn or (sketched.part and not options["around"]):
            raise CommandError("This workflow is too large for one picture: name a state (--around), or take Mermaid.")
        return draw(sketched, standalone=True) + "\n"
