"""Guards that ask where other records stand: children, and the record at the end of a path.

What they ask is read together with the facts of the workflow: one query for each relation, however many records.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.workflow.graph import Decision, GuardUse
from modules.workflow.vocabulary.guards import Guard, Reason, guard
from modules.workflow.vocabulary.parameters import is_computed

States = Counter[str]
"""How many records at the end of a path stand in each state."""
_SEEN = "_neighbours_seen"


@dataclass(frozen=True)
class ChildrenIn:
    """`relation` leads to the children, `states` are those wanted, `count` how many must be there; 0: all of them."""

    relation: str = field(metadata={"title": _("Children"), "choose": "children"})
    states: str = field(metadata={"title": _("In the states"), "choose": "states", "by": "relation", "many": True})
    count: int = field(default=0, metadata={"title": _("How many"), "help": _("0: all of them.")})
    or_none: bool = field(default=False, metadata={"title": _("None at all will do")})
    """Only where all are wanted."""


@dataclass(frozen=True)
class OtherIsIn:
    """`path` leads to the other record, `states` are those wanted."""

    path: str = field(metadata={"title": _("The other record"), "choose": "others"})
    states: str = field(metadata={"title": _("In the states"), "choose": "states", "by": "path", "many": True})


@guard(
    _("{problem}"),
    negated=_("So many have come that far already."),
    params=ChildrenIn,
    title=_("Children have come to"),
)
def children_in(record: Any, facts: Any, params: ChildrenIn) -> bool | Reason:
    """All children, or so many, stand in one of the states."""
    found, wanted = states_of(record, params.relation), _listed(params.states)
    there, total = sum(found[state] for state in wanted), found.total()
    enough = there >= params.count if params.count else there == total and (total > 0 or params.or_none)
    return enough or Reason(problem=_missing(record, params, there, total))


@guard(
    _("“{other}” is in the state “{state}”; {wanted} is needed."),
    negated=_("The other record has come that far already."),
    params=OtherIsIn,
    title=_("Another record has come to"),
)
def other_is_in(record: Any, facts: Any, params: OtherIsIn) -> bool | Reason:
    """The other record stands in one of the states."""
    found, wanted = states_of(record, params.path), _listed(params.states)
    if any(found[state] for state in wanted):
        return True
    model = model_at(type(record), params.path)
    state = _titles(model, found) if found else _("none")
    return Reason(other=model._meta.verbose_name, state=state, wanted=_titles(model, wanted))


def children_are(relation: str, *states: str, how: Decision | int | str | None = None, or_none: bool = False) -> Guard:
    """Asks that children have come to one of the states: all of them (`ALL`, and there must be one unless `or_none`),
    `ANY`, so many, or as many as an expression says: `children_are("shipments", S.ARRIVED, how="=record.wanted")`."""
    count = int(how.kind == "any") if isinstance(how, Decision) else how
    chosen: dict[str, Any] = {"count": count} if count else {}
    if or_none:
        chosen["or_none"] = True
    return children_in.having(relation=relation, states=",".join(map(str, states)), **chosen)


def milestone(path: str, *states: str) -> Guard:
    """Asks that another record is in one of the states; those who wait look again when it has moved."""
    return other_is_in.having(path=path, states=",".join(map(str, states)))


LOOKING = {children_in.name: "relation", other_is_in.name: "path"}
"""The guards that ask other records, and which of their parameters is the path."""


def paths_asked(uses: Iterable[GuardUse]) -> tuple[str, ...]:
    """The paths that guards of a graph follow."""
    paths = [dict(use.params).get(LOOKING[use.name]) for use in uses if use.name in LOOKING]
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str) and not is_computed(path)))


def look(records: Sequence[Any], paths: Iterable[str]) -> None:
    """Read where the records at the end of the paths stand, for all given records at once."""
    for path in paths:
        found = _read(type(records[0]), [record.pk for record in records], path) if records else {}
        for record in records:
            record.__dict__.setdefault(_SEEN, {})[path] = found[record.pk]


def states_of(record: Any, path: str) -> States:
    """Where the records at the end of a path stand; as they were read with the facts."""
    seen = record.__dict__.get(_SEEN, {}).get(path)
    return seen if seen is not None else _read(type(record), [record.pk], path)[record.pk]


def model_at(model: type[models.Model], path: str) -> type[models.Model]:
    """The model at the end of a path; LookupError where there is none."""
    for part in path.split("__"):
        found: Any = model._meta.get_field(part).related_model
        if found is None:
            raise LookupError(f"{model.__name__}.{part} leads to no record")
        model = found
    return model


def _read(model: type[models.Model], ids: list[int], path: str) -> dict[int, States]:
    manager: Any = model._base_manager
    rows = manager.filter(pk__in=ids, **{f"{path}__isnull": False}).values_list("pk", f"{path}__state")
    found: dict[int, States] = {pk: Counter() for pk in ids}
    for pk, state, count in rows.annotate(Count(f"{path}__pk", distinct=True)).order_by():
        found[pk][state] += count
    return found


def _listed(states: str) -> list[str]:
    return [state.strip() for state in states.split(",") if state.strip()]


def _titles(model: type[models.Model], states: Iterable[str]) -> str:
    from modules.workflow.flows import find_flow

    flow = find_flow(model)
    known = flow is not None and flow.graph
    return ", ".join(str(known.state(state).title) if known and known.has_state(state) else state for state in states)


def _missing(record: Any, params: ChildrenIn, there: int, total: int) -> str:
    model = model_at(type(record), params.relation)
    states, name = _titles(model, _listed(params.states)), model._meta.verbose_name_plural
    if not total:
        return str(_("There is nothing yet of what this waits for ({children}).")).format(children=name)
    wanted = params.count or total
    words = ngettext(
        "{children}: {there} of {wanted} is in “{states}”.", "{children}: {there} of {wanted} are in “{states}”.", there
    )
    return words.format(children=name, there=there, wanted=wanted, states=states)
