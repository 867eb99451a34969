"""The steps of a record in the timeline of its page in the console."""

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from modules.core.http import PortalRequest
from modules.core.timeline import TimelineItem, timeline_source
from modules.workflow.panels.actions import flow_behind
from modules.workflow.panels.sentences import has_short_reason
from modules.workflow.panels.story import entries_of, staff_story


@timeline_source("history", _("History"), icon="arrow-path", order=10)
def history(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """Every step with who, from where to where, why, and what was entered."""
    flow = flow_behind(record)
    if flow is None:
        return
    entries = entries_of(record)
    lines = staff_story(flow.graph_for(record), entries, cast(PortalRequest, request).actor)
    for entry, line in zip(entries, lines, strict=True):
        html = render_to_string("workflow/console/_step.html", {"line": line})
        reason = "" if has_short_reason(entry) else line.text  # a short one is in the sentence
        yield TimelineItem(line.at, line.sentence, reason, icon="arrow-path", tone=line.tone, html=html, place=entry.pk)
