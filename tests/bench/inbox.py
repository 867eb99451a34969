"""What the first page of one person's inbox costs among 100,000 open tasks, beside its bare SQL for the same rows."""

import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group
from django.db import connection

from modules.accounts.models import Role, User
from modules.core.actors import Actor
from modules.workflow.models import Task
from modules.workflow.selectors import Whose, inbox_page
from tests.bench import Measurement, benchmark

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
COUNT, PAGE, ROUNDS = 100_000, 50, 150
ROLES = ("bench.clerk", "bench.manager", "bench.driver")

_SQL = "SELECT * FROM workflow_task WHERE status = 'open' AND {whose} ORDER BY due_at{nulls}, id LIMIT 50"
BARE: dict[Whose, str] = {
    "mine": "person_id = %s",
    "free": "role = 'bench.clerk' AND person_id IS NULL",
    "team": "role = 'bench.clerk' AND (person_id IS NULL OR person_id <> %s)",
}


def office() -> Actor:
    """A clerk among a hundred colleagues, with 100,000 open tasks: a third for each role, half of them taken."""
    people = [User.objects.get_or_create(email=f"bench{number}@example.test")[0] for number in range(100)]
    for key in ROLES:
        group = Group.objects.get_or_create(name=key)[0]
        Role.objects.get_or_create(group=group, defaults={"key": key, "title": key})
    people[0].groups.add(Group.objects.get(name=ROLES[0]))
    if not Task.objects.filter(record_type="bench.record").exists():
        Task.objects.bulk_create((_task(number, people) for number in range(COUNT)), batch_size=2000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return Actor.of(User.objects.get(pk=people[0].pk))


def _task(number: int, people: list[User]) -> Task:
    person = people[number // 2 % len(people)] if number % 2 else None
    due = None if number % 11 == 0 else AT + timedelta(minutes=number * 7919 % COUNT - COUNT // 2)
    return Task(
        record_type="bench.record", record_id=number, key="pick", state="paid", role=ROLES[number % 3], person=person,
        opened_at=AT, due_at=due,
    )  # fmt: skip


def compare(whose: Whose) -> Measurement:
    """The medians of the list and of its bare SQL, measured in turns so that both meet the same weather."""
    actor = office()
    nulls = " NULLS LAST" if connection.vendor == "sqlite" else ""
    sql = _SQL.format(whose=BARE[whose], nulls=nulls)
    params = [actor.user_id] if "%s" in sql else []

    def ours() -> list[int]:
        return [task.pk for task in inbox_page(actor, whose, 0, PAGE)]

    def bare() -> list[int]:
        return [task.pk for task in Task.objects.raw(sql, params)]

    if not ours() or ours() != bare():
        raise AssertionError(f"the list “{whose}” is not its bare query's")
    value, floor = in_turns(ours, bare)
    return Measurement(value, floor, f"{whose}, first {PAGE} of {COUNT:,} open tasks")


def in_turns(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    values, floors = [], []
    gc.collect()
    gc.disable()
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        ours()
        middle = time.perf_counter()
        bare()
        values.append(middle - begin)
        floors.append(time.perf_counter() - middle)
    gc.enable()
    return statistics.median(values), statistics.median(floors)


@benchmark("inbox_mine", aim=1.5)
def inbox_mine() -> Measurement:
    """What I have taken."""
    return compare("mine")


@benchmark("inbox_free", aim=1.5)
def inbox_free() -> Measurement:
    """What nobody of my role has taken."""
    return compare("free")


@benchmark("inbox_team", aim=1.5)
def inbox_team() -> Measurement:
    """What my colleagues have taken, or nobody."""
    return compare("team")
