"""The guard that asks whether tasks of the present state are done."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.core.actors import SYSTEM
from modules.workflow.api import ANY, SEQUENCE, GuardRefused, automatic, can, computed, go, stay, task, work_done
from tests.factories.accounts import UserFactory
from tests.workflow.flows_for import only_here  # noqa: F401 - a fixture
from tests.workflow.patterns.parts import P, begun, by_hand, finish, fire, job, state, whole, work

pytestmark = pytest.mark.django_db


def test_what_was_done_when_the_record_was_here_last_does_not_count() -> None:
    whole(
        begin=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), on=automatic(P.OPEN, to=P.NEXT, when=work_done("pack")),
        back=by_hand(P.NEXT, to=P.OPEN), end=by_hand(P.NEXT, to=P.DONE),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "begin")
    finish(voyage, "pack")
    fire(voyage, "back")
    assert (state(voyage), work(voyage)) == ("open", ["pack"])
    finish(voyage, "pack")
    assert state(voyage) == "next"


def test_the_outcome_may_be_asked_for(at: datetime) -> None:
    look = job(P.OPEN, outcomes={"good": stay(), "bad": stay(), "off": go(P.OFF)})
    whole(
        begin=by_hand(P.NEW, to=P.OPEN), look=look,
        send=by_hand(P.OPEN, to=P.DONE, when=work_done("look", outcome="good")),
        other=by_hand(P.OPEN, to=P.OFF, when=~work_done("look")),
    )  # fmt: skip
    good, bad = begun(), begun()
    for voyage, outcome in ((good, "good"), (bad, "bad")):
        fire(voyage, "begin")
        finish(voyage, f"look.{outcome}")
    fire(good, "send")
    with pytest.raises(GuardRefused, match="To be done first: Do it"):
        fire(bad, "send")
    with pytest.raises(GuardRefused, match="This has been done already"):
        fire(bad, "other")


def test_any_of_them_is_enough_where_the_guard_says_so() -> None:
    whole(
        begin=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), bill=job(P.OPEN),
        on=automatic(P.OPEN, to=P.DONE, when=work_done("pack", "bill", how=ANY)),
    )  # fmt: skip
    voyage = begun()
    fire(voyage, "begin")
    finish(voyage, "bill")
    assert state(voyage) == "done"


def test_fifty_records_cost_as_many_queries_as_one(at: datetime) -> None:
    whole(
        begin=by_hand(P.NEW, to=P.OPEN), pack=job(P.OPEN), on=by_hand(P.OPEN, to=P.DONE, when=work_done("pack")),
    )  # fmt: skip
    voyages: list[Any] = [begun() for _number in range(50)]
    for voyage in voyages:
        fire(voyage, "begin")
        voyage.refresh_from_db()

    def cost(records: list[Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            can(records, SYSTEM, at)
        return len(queries)

    assert cost(voyages) == cost(voyages[:1]) == 1


def test_the_last_answer_of_a_sequence_counts_at_once_also_where_people_are_computed(at: datetime) -> None:
    """Looking for who is asked next reads the tasks; the guard reads them anew when the answer is given."""
    UserFactory.create(email="luis@demo.test", is_staff=True)
    look = task(
        P.OPEN, to_do="Look", assign=[computed('"person:luis@demo.test"')], decide=SEQUENCE,
        outcomes={"good": stay(), "bad": go(P.OFF)},
    )  # fmt: skip
    whole(begin=by_hand(P.NEW, to=P.OPEN), look=look, on=automatic(P.OPEN, to=P.NEXT, when=work_done("look")),
          end=by_hand(P.NEXT, to=P.DONE))  # fmt: skip
    voyage = begun()
    fire(voyage, "begin")
    finish(voyage, "look.good")
    assert state(voyage) == "next"
