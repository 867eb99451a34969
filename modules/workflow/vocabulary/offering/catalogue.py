"""Everything that a workflow of a record type may use, in the reader's language."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models

from modules.workflow.expressions.scope import variables
from modules.workflow.graph.schema import document_schema
from modules.workflow.vocabulary import names
from modules.workflow.vocabulary.offering import choices
from modules.workflow.vocabulary.offering.offered import Offered, offered_actions, offered_guards
from modules.workflow.vocabulary.offering.people import ASSIGNEES, DECISIONS, STEP_ACTORS, WAITS


def offering(model: type[models.Model], owner: str = "") -> dict[str, Any]:
    """What a builder chooses from. Each entry says what is asked (`parameters`, with choices), and what to write for
    it: its `document`, with the answers below `answers_in`. One of which nothing can be chosen is not `usable`.
    `owner`: the field that says whose a record is, which no step writes."""
    offered: dict[str, Sequence[Offered]] = {
        "guards": offered_guards(model), "actions": offered_actions(model), "step_actors": STEP_ACTORS,
        "assignees": ASSIGNEES, "waits": WAITS, "decisions": DECISIONS,
    }  # fmt: skip
    return {
        "record_type": model._meta.label_lower,
        "title": str(model._meta.verbose_name),
        "languages": [choices.choice(code, title) for code, title in settings.LANGUAGES],
        "fields": choices.fields(model),
        "readable": [{"path": entry.name, "kind": entry.kind} for entry in variables(model)],
        "facts": sorted(name for name, _selector in names.facts_selectors.items()),
        "forms": sorted(name for name, _form in names.form_classes.items()),
        "event_kinds": document_schema()["$defs"]["Brought"]["properties"]["kind"]["enum"],
        **{part: [_drawn(entry, model, owner) for entry in entries] for part, entries in offered.items()},
    }


def _drawn(entry: Offered, model: type[models.Model], owner: str) -> dict[str, Any]:
    data = entry.as_data()
    asked = data["parameters"]
    drawn = [parameter | _choices(parameter, asked, model) for parameter in asked]
    for written in [parameter for parameter in drawn if parameter["kind"] == "writable"]:
        written["choices"] = [one for one in written["choices"] if one["value"] != owner]
    return data | {"parameters": drawn, "usable": all(map(_can_be_answered, drawn))}


def _choices(parameter: dict[str, Any], beside: list[dict[str, Any]], model: type[models.Model]) -> dict[str, Any]:
    source, by = parameter["choose"], parameter["by"]
    if source in choices.FREE:
        return {"choices": choices.FREE[source](model)}
    if source in choices.DEPENDENT:
        first = next(other for other in beside if other["name"] == by)
        listed = choices.FREE[first["choose"]](model)
        return {"choices_by": {one["value"]: choices.DEPENDENT[source](model, one["value"]) for one in listed}}
    return {}


def _can_be_answered(parameter: dict[str, Any]) -> bool:
    return not parameter["required"] or parameter.get("choices") != []
