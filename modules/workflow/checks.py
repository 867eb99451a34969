"""System checks: every workflow of the code is sound."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name

from modules.workflow.finding import Finding
from modules.workflow.flows import flows
from modules.workflow.soundness import findings


@register("workflow")
def check_workflows(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Each finding of each flow, with its place and its mend."""
    return [as_message(finding) for flow in flows for finding in findings(flow.graph, flow.model)]


def as_message(finding: Finding) -> CheckMessage:
    """A finding as `manage.py check` prints it."""
    kind = Error if finding.severity == "error" else Warning
    where = f"{finding.workflow} {finding.place}".strip()
    return kind(f"{where} {finding.problem}", hint=str(finding.mend), id=f"workflow.{finding.code}")
