"""Whom a task is for: its rules asked of a record, one seat for each who answers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from modules.accounts.api import user_by_email, users_with_role
from modules.core.audit import record_type
from modules.workflow.graph import ActorRule, TaskNode
from modules.workflow.people.assignments import turns
from modules.workflow.people.assignments.presence import holders_at
from modules.workflow.people.deciding import SEVERAL, takes_votes
from modules.workflow.people.four_eyes import barred_people
from modules.workflow.people.rights import person_id

if TYPE_CHECKING:
    from modules.workflow.engine.run import Run


@dataclass(frozen=True)
class Seat:
    """Who answers: a role, a person (perhaps for another), somebody outside; with none of these, who may change the
    record."""

    name: str = ""
    position: int = 0
    role: str = ""
    person: int | None = None
    email: str = ""
    stands_in_for: int | None = None
    about_type: str = ""
    about_id: int | None = None

    @property
    def is_nobodys(self) -> bool:
        return not (self.role or self.person or self.email)


def seats_of(run: "Run", node: TaskNode) -> list[Seat]:
    """The seats of a task for a record, in order; nobody has two of them."""
    if not takes_votes(node):
        return [next(_named(run, node, node.assign, set()))]
    if node.decide is not None and node.decide.kind == "each":
        found = list(_of_rows(run, node, node.decide.over))
    else:
        found = list(_of_rules(run, node))
    return [replace(seat, position=position) for position, seat in enumerate(found)]


def next_seat(run: "Run", node: TaskNode, known: Collection[str] = (), taken: Collection[int] = ()) -> Seat | None:
    """Of people who are asked one after the other, the first one who has not been asked yet."""
    seat = next(_of_rules(run, node, known, set(taken)), None)
    return None if seat is None else replace(seat, position=len(known))


def _of_rules(run: "Run", node: TaskNode, known: Collection[str] = (), taken: set[int] | None = None) -> Iterator[Seat]:
    taken = set() if taken is None else taken
    for number, rule in enumerate(node.assignees):
        if rule.kind not in SEVERAL and str(number) in known:
            continue
        for named in _named(run, node, rule, taken):
            seat, name = named, str(number)
            if rule.kind in SEVERAL:
                name = f"{number}.{seat.stands_in_for or seat.person or seat.role}"[:80]
                if seat.person in taken or name in known:
                    continue
            if seat.person in taken:  # somebody else must say: who may change the record finds out who
                seat = Seat()
            if seat.person is not None:
                taken.add(seat.person)
            yield replace(seat, name=name)


def _of_rows(run: "Run", node: TaskNode, relation: str) -> Iterator[Seat]:
    """A seat for each row; where there is none, one for the record itself."""
    rows = getattr(run.record, relation).order_by("pk")
    is_empty = True
    for row in rows:
        is_empty = False
        found = (seat for rule in node.assignees for seat in _named(run, node, rule, set(), row))
        seat = next((seat for seat in found if not seat.is_nobodys), Seat())
        yield replace(seat, name=str(row.pk), about_type=record_type(row), about_id=row.pk)
    if is_empty:
        yield replace(next(_named(run, node, node.assign, set())), name="0")


def chosen(run: "Run", node: TaskNode, rule: ActorRule, taken: set[int]) -> Seat:
    """The first whom a rule names: for escalations."""
    return next(_named(run, node, rule, taken))


def _named(run: "Run", node: TaskNode, rule: ActorRule, taken: set[int], row: Any = None) -> Iterator[Seat]:
    """Whom a rule names; at least one seat, perhaps nobody's. Whom four eyes keep from the task does not get it."""
    barred = barred_people(run.graph, run.plan.task_eyes.get(node.key, ()), run.record_id)
    for seat in _of_rule(run, node, rule, taken, row, barred):
        yield Seat() if seat.person in barred else seat


def _of_rule(
    run: "Run", node: TaskNode, rule: ActorRule, taken: set[int], row: Any, barred: set[int]
) -> Iterator[Seat]:  # fmt: skip
    record, value = run.record, rule.value
    match rule.kind:
        case "role":
            yield Seat(role=value)
        case "round_robin":
            yield Seat(role=value, person=turns.next_of(run, node, value, taken))
        case "least_loaded":
            yield Seat(role=value, person=turns.least_loaded(run, node, value, taken))
        case "members":
            yield from _members(run, value, barred)
        case "owner" | "person":
            field = value or run.graph.owner
            yield _present(run, _person(record, row, field) if field else None)
        case "manager":
            yield _present(run, _manager(_person(record, row, value) if value else run.actor.user_id))
        case "link":
            yield Seat(email=str(_value(record, row, value) or "").strip().lower())
        case "expression":
            yield from _computed(run, value)
        case _:
            yield Seat()


def _members(run: "Run", role: str, barred: set[int]) -> Iterator[Seat]:
    """Everybody of a role who may answer. Who is away is stood in for by somebody who has no seat of their own and may
    answer, else keeps it."""
    people = [person for person in users_with_role(role).values_list("pk", flat=True) if person not in barred]
    if not people:
        yield Seat(role=role)
    seated = set(people) | barred
    for person, holder in holders_at(people, run.at).items():
        if holder.person is None or (holder.person != person and holder.person in seated):
            yield Seat(person=person)
        else:
            seated.add(holder.person)
            yield Seat(person=holder.person, stands_in_for=holder.stands_in_for)


def _computed(run: "Run", expression: str) -> Iterator[Seat]:
    """Those whom an expression names; one that names nobody leaves the task to who may change the record."""
    from modules.workflow.expressions import ExpressionError
    from modules.workflow.expressions.assignees import assignees_of

    try:
        named = assignees_of(expression, run.record, run.facts(), actor=run.actor, at=run.at)
    except ExpressionError:
        yield Seat()
        return
    for assignee in named:
        if assignee.kind == "role":
            yield Seat(role=assignee.value)
        else:
            user = user_by_email(assignee.value)
            yield _present(run, None if user is None else user.pk)


def _present(run: "Run", person: int | None) -> Seat:
    """The person or who stands in; nobody's where neither is there."""
    if person is None:
        return Seat()
    holder = holders_at([person], run.at)[person]
    return Seat(person=holder.person, stands_in_for=holder.stands_in_for)


def _manager(person: int | None) -> int | None:
    if person is None:
        return None
    return get_user_model()._default_manager.filter(pk=person).values_list("manager", flat=True).first()


def _has(row: Any, path: str) -> bool:
    return row is not None and any(field.name == path.partition("__")[0] for field in row._meta.get_fields())


def _person(record: Any, row: Any, path: str) -> int | None:
    """The person in a field of the row, else of the record."""
    return person_id(row if _has(row, path) else record, path)


def _value(record: Any, row: Any, path: str) -> Any:
    found = row if _has(row, path) else record
    for name in path.split("__"):
        found = getattr(found, name, None)
    return found
