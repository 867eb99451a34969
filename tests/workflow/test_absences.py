"""Who is away, and who does their tasks: handed over, handed back, planned by oneself or by a manager."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from modules.accounts.models import User
from modules.core import clock
from modules.core.actors import SYSTEM
from modules.workflow.api import claim, complete, history_of
from modules.workflow.errors import AbsenceOverlaps, NobodyStandsIn
from modules.workflow.models import Absence, Task
from modules.workflow.people.absences import end_absence, hand_over_due, plan_absence
from modules.workflow.services import delegate
from tests.factories.accounts import StaffFactory, UserFactory
from tests.workflow.conftest import as_actor
from tests.workflow.offices import Office, held, messages_of, review, role, seats, staff

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NODE = review(role("person", "customer"))
ClientOf = Callable[[Any], Client]


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return staff("Luis"), staff("Deputy")


@pytest.fixture
def task(slip_for: Office, people: tuple[User, User], at: datetime) -> Task:
    """A task of Luis, who will be away for a day from an hour on."""
    plan_absence(*people, at + HOUR, at + DAY, actor=SYSTEM, at=at)
    return seats(slip_for(NODE, customer=people[0]))[0]


def fresh(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def test_open_tasks_go_to_the_substitute_when_it_begins_and_back_when_it_ends(
    task: Task, people: tuple[User, User], at: datetime
) -> None:
    luis, deputy = people
    assert [hand_over_due(at), hand_over_due(at + HOUR), hand_over_due(at + HOUR)] == [0, 1, 0]
    assert (fresh(task).person, fresh(task).stands_in_for) == (deputy, luis)
    assert messages_of(task) == ["workflow.task_given"]
    assert [hand_over_due(at + DAY - HOUR), hand_over_due(at + DAY), hand_over_due(at + DAY)] == [0, 1, 0]
    assert (fresh(task).person, fresh(task).stands_in_for) == (luis, None)
    slip = Task.objects.get(pk=task.pk)
    names = [entry.transition for entry in history_of(_slip(slip))][-2:]
    assert names == ["review.stand_in", "review.hand_back"]


def _slip(task: Task) -> Any:
    from tests.workflow.app.models import Slip

    return Slip.objects.get(pk=task.record_id)


@pytest.mark.parametrize("touch", ["claim", "delegate"])
def test_what_the_substitute_has_begun_stays_with_them(
    task: Task, people: tuple[User, User], at: datetime, touch: str
) -> None:
    hand_over_due(at + HOUR)
    deputy = as_actor(people[1])
    if touch == "claim":
        claim(task, actor=deputy, at=at + 2 * HOUR)
    else:
        delegate(task, person=staff("Expert"), actor=deputy, at=at + 2 * HOUR)
    assert hand_over_due(at + DAY) == 0
    assert fresh(task).person != people[0]


def test_what_is_done_stays_done(task: Task, people: tuple[User, User], at: datetime) -> None:
    complete(task, "yes", actor=as_actor(people[0]), at=at)
    assert hand_over_due(at + HOUR) == 0
    assert fresh(task).person == people[0]


def test_a_substitute_who_goes_too_passes_it_on_for_the_first_one(
    task: Task, people: tuple[User, User], at: datetime
) -> None:
    second = staff("Second")
    hand_over_due(at + HOUR)
    plan_absence(people[1], second, at + 2 * HOUR, at + 3 * HOUR, actor=SYSTEM, at=at)
    assert hand_over_due(at + 2 * HOUR) == 1
    assert (fresh(task).person, fresh(task).stands_in_for) == (second, people[0])
    hand_over_due(at + DAY)
    assert fresh(task).person == people[0]


def test_coming_back_early_ends_it(task: Task, people: tuple[User, User], at: datetime, slip_for: Office) -> None:
    hand_over_due(at + HOUR)
    absence = Absence.objects.get()
    end_absence(absence, actor=as_actor(people[0]), at=at + 2 * HOUR)
    assert hand_over_due(at + 2 * HOUR) == 1
    assert held(slip_for(NODE, customer=people[0], when=at + 2 * HOUR)) == [people[0].pk]
    later = plan_absence(*people, at + 2 * DAY, at + 3 * DAY, actor=SYSTEM, at=at)
    end_absence(later, actor=as_actor(people[0]), at=at + 2 * HOUR)
    assert not Absence.objects.filter(pk=later.pk).exists()


def test_nobody_is_away_twice_at_once_or_stands_in_for_themselves(people: tuple[User, User], at: datetime) -> None:
    luis, deputy = people
    first = plan_absence(*people, at, at + DAY, actor=SYSTEM, at=at)
    for begin, end in ((at - HOUR, at + HOUR), (at + HOUR, at + 2 * HOUR), (at + 23 * HOUR, at + 2 * DAY)):
        with pytest.raises(AbsenceOverlaps):
            plan_absence(luis, deputy, begin, end, actor=SYSTEM, at=at)
    plan_absence(luis, deputy, at + DAY, at + 2 * DAY, actor=SYSTEM, at=at)
    plan_absence(luis, deputy, at, at + 2 * HOUR, actor=SYSTEM, at=at, absence=first)
    for nobody in (luis, UserFactory.create(), staff("Gone", is_active=False)):
        with pytest.raises(NobodyStandsIn):
            plan_absence(luis, nobody, at + 5 * DAY, at + 6 * DAY, actor=SYSTEM, at=at)
    for traits in ({"substitute": luis}, {"ends_at": at}):
        given = {"person": luis, "substitute": deputy, "starts_at": at, "ends_at": at + DAY, **traits}
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.create(**given)


@pytest.mark.usefixtures("frozen_clock")
def test_everybody_plans_their_own(people: tuple[User, User], client_of: ClientOf, at: datetime) -> None:
    luis, deputy = people
    client, url = client_of(luis), "/console/workflow/absences/"
    assert "No absence is planned" in client.get(url).content.decode()
    given = {"first_day": "2026-12-01", "last_day": "2026-12-03", "substitute": str(deputy.pk)}
    assert client.post(url, given).status_code == 303
    absence = Absence.objects.get()
    assert (absence.person, absence.ends_at - absence.starts_at) == (luis, 3 * DAY)
    text = client.get(url).content.decode()
    assert "Deputy stands in for you." in " ".join(text.split())
    answer = client.post(url, {**given, "first_day": "2026-12-03", "last_day": "2026-12-05"})
    assert answer.status_code == 422
    assert "There is an absence from 2026-12-01 to 2026-12-03 already." in answer.content.decode()
    answer = client.post(url, {**given, "first_day": "2026-12-09", "last_day": "2026-12-08"})
    assert "not before the first day away" in answer.content.decode()
    assert client_of(deputy).post(f"{url}{absence.pk}/end/").status_code == 404
    assert "You stand in for" in client_of(deputy).get(url).content.decode()
    assert client.post(f"{url}{absence.pk}/end/").status_code == 303
    assert not Absence.objects.exists()


@pytest.mark.usefixtures("frozen_clock")
def test_a_manager_plans_those_of_others(people: tuple[User, User], client_of: ClientOf, at: datetime) -> None:
    luis, deputy = people
    boss, url = StaffFactory.create(roles=["accounts.owner"]), "/console/workflow/absence/add/"
    given = {"person": str(luis.pk), "substitute": str(deputy.pk), "starts_at_0": "2026-12-01", "starts_at_1": "08:00",
             "ends_at_0": "2026-12-02", "ends_at_1": "18:00"}  # fmt: skip
    assert client_of(boss).post(url, given).status_code == 302
    assert Absence.objects.get().person == luis
    again = client_of(boss).post(url, given)
    assert "There is an absence from" in again.content.decode()
    assert client_of(luis).get(url).status_code == 403


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_stand_in_for_each_other_plan_it_at_once(
    people: tuple[User, User], at: datetime, parallel: Callable[..., list[Any]]
) -> None:
    """Neither waits for the other: each row points at the other's account."""
    luis, deputy = people

    def plan(_number: int) -> Absence:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        return plan_absence(luis, deputy, at, at + DAY, actor=SYSTEM, at=at)

    with transaction.atomic():
        plan_absence(deputy, luis, at + DAY, at + 2 * DAY, actor=SYSTEM, at=at)
        (answer,) = parallel(plan, 1)
    assert isinstance(answer, Absence), answer


def test_who_is_away_already_is_told_of_the_days_where_they_are(people: tuple[User, User], at: datetime) -> None:
    """Midnight in Madrid is still the day before in UTC."""
    begin = datetime(2026, 11, 24, 23, tzinfo=UTC)
    plan_absence(*people, begin, begin + 2 * DAY, actor=SYSTEM, at=at)
    with timezone.override("Europe/Madrid"), pytest.raises(AbsenceOverlaps) as caught:
        plan_absence(*people, begin + DAY, begin + 3 * DAY, actor=SYSTEM, at=at)
    assert caught.value.facts == {"since": "2026-11-25", "until": "2026-11-26"}


def test_the_table_itself_refuses_two_at_once(people: tuple[User, User], at: datetime) -> None:
    """Whatever writes it, a row made or moved past `plan_absence`; side by side is well."""
    luis, deputy = people

    def away(begin: float, end: float, person: User = luis) -> Absence:
        given = {"person": person, "substitute": deputy if person == luis else luis}
        return Absence.objects.create(**given, starts_at=at + begin * HOUR, ends_at=at + end * HOUR)

    first, second = away(0, 10), away(10, 20)
    away(5, 15, person=deputy)
    for begin, end in ((0, 10), (2, 3), (-5, 1), (19, 30), (-5, 40)):
        with pytest.raises(IntegrityError), transaction.atomic():
            away(begin, end)
    for changes in ({"ends_at": at + 11 * HOUR}, {"person": deputy, "substitute": luis}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Absence.objects.filter(pk=first.pk).update(**changes)
    assert Absence.objects.filter(pk=second.pk).update(starts_at=at + 12 * HOUR) == 1
    first.save()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("frozen_clock")
def test_two_absences_of_one_person_are_entered_at_once_by_herself_and_by_a_manager(
    people: tuple[User, User], at: datetime, parallel: Callable[..., list[Any]], client_of: ClientOf
) -> None:
    """One is kept; the other one reads that there is one already, on whichever page."""
    luis, deputy = people
    boss = UserFactory.create(is_staff=True, is_superuser=True)
    for turn in range(5):
        begin = datetime(2027, 1 + turn, 4, 12, tzinfo=UTC)
        given = {
            "person": luis.pk, "substitute": deputy.pk, "starts_at_0": f"{begin:%Y-%m-%d}", "starts_at_1": "08:00",
            "ends_at_0": f"{begin + DAY:%Y-%m-%d}", "ends_at_1": "18:00",
        }  # fmt: skip

        def enter(number: int, begin: datetime = begin, given: dict[str, Any] = given) -> Any:
            if number:
                return plan_absence(luis, deputy, begin, begin + 2 * DAY, actor=as_actor(luis), at=at)
            with clock.frozen(at):
                return client_of(boss).post("/console/workflow/absence/add/", given).status_code

        answers = parallel(enter, 2)
        assert answers[0] in (302, 422), answers
        assert isinstance(answers[1], AbsenceOverlaps if answers[0] == 302 else Absence), answers
    assert Absence.objects.filter(person=luis).count() == 5
