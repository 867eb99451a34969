"""F52: a history that was changed past the engine is found, and the entry is named."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Max
from django.db.utils import DatabaseError

from modules.core.actors import SYSTEM
from modules.workflow.api import fire
from modules.workflow.models import HistoryEntry, Incident, Seal
from modules.workflow.sealing import BATCH, breaks, seal_settled, seal_until, verify_daily
from tests.append_only import past_the_triggers
from tests.workflow.app.models import Parcel

pytestmark = pytest.mark.django_db
Make = Callable[..., Parcel]


@pytest.fixture(autouse=True)
def _no_mark() -> None:
    cache.clear()


def newest() -> int:
    return int(HistoryEntry.objects.aggregate(newest=Max("pk"))["newest"])


def found() -> list[tuple[int | None, str]]:
    return [(each.entry, each.problem) for each in breaks()]


@pytest.fixture
def sealed(make_parcel: Make, at: datetime) -> list[int]:
    """The numbers of some entries under two seals."""
    for _number in range(3):
        make_parcel()
    seal_until(newest(), at=at)
    fire(make_parcel(), "pack", actor=SYSTEM, at=at, data={"weight": 500})
    seal_until(newest(), at=at)
    return list(HistoryEntry.objects.order_by("pk").values_list("pk", flat=True))


def test_an_untouched_history_matches_its_seals(sealed: list[int], capsys: Any) -> None:
    assert Seal.objects.count() == 2
    assert found() == []
    call_command("workflow_seal", "--verify")
    assert "matches" in capsys.readouterr().out


@pytest.mark.parametrize("column", ["transition", "target", "at", "record_id", "workflow_version", "key"])
def test_f52_a_changed_entry_is_named(sealed: list[int], column: str, at: datetime) -> None:
    values: dict[str, Any] = {"at": at + timedelta(days=1), "record_id": 77, "workflow_version": 9}
    with past_the_triggers(HistoryEntry):
        HistoryEntry.objects.filter(pk=sealed[1]).update(**{column: values.get(column, "other")})
    assert found() == [(sealed[1], "changed")]
    with pytest.raises(CommandError, match=f"history entry {sealed[1]} was changed"):
        call_command("workflow_seal", "--verify")


def test_f52_another_reason_is_a_change_and_a_blanked_one_is_not(sealed: list[int], at: datetime) -> None:
    parcel = Parcel.objects.order_by("pk").first()
    fire(parcel, "cancel", actor=SYSTEM, at=at, data={"reason": "Broken"})
    last = newest()
    seal_until(last, at=at)
    HistoryEntry.objects.filter(pk=last).update(reason="", data={}, actor_label="removed-12ab")
    assert found() == []
    HistoryEntry.objects.filter(pk=last).update(reason="All in order")
    assert found() == [(last, "changed")]


def test_f52_a_deleted_entry_and_one_put_in_between_are_named(sealed: list[int]) -> None:
    with past_the_triggers(HistoryEntry):
        kept = HistoryEntry.objects.get(pk=sealed[2])
        HistoryEntry.objects.filter(pk=sealed[2]).delete()
        assert found() == [(sealed[2], "missing")]
        kept.save(force_insert=True)
        assert found() == []
    Seal.objects.filter(first_id__lte=sealed[0]).update(digests={})
    assert (None, "seal") in found()
    assert (sealed[0], "inserted") in found()


def test_f52_a_seal_that_is_left_out_or_rewritten_breaks_the_chain(sealed: list[int]) -> None:
    first = Seal.objects.order_by("pk")[0]
    Seal.objects.filter(pk=first.pk).delete()
    assert found()[0] == (None, "seal")


def test_f52_the_database_itself_refuses_to_change_or_delete_an_entry(sealed: list[int]) -> None:
    for statement in ("UPDATE workflow_historyentry SET target = 'x'", "DELETE FROM workflow_historyentry"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert found() == []


def test_what_is_younger_than_ten_minutes_waits_for_its_seal(make_parcel: Make, at: datetime) -> None:
    make_parcel()
    known = newest()
    assert seal_settled(at) == 0
    make_parcel()
    assert seal_settled(at + timedelta(minutes=9)) == 0
    assert seal_settled(at + timedelta(minutes=10)) > 0
    assert Seal.objects.latest("pk").last_id == known
    assert seal_settled(at) == 0  # the clock went back
    assert seal_settled(at + timedelta(minutes=10)) > 0
    assert Seal.objects.latest("pk").last_id == newest()


def test_a_seal_covers_a_thousand_entries_at_most(sealed: list[int], at: datetime) -> None:
    row = HistoryEntry.objects.order_by("pk").values()[0]
    del row["id"]
    HistoryEntry.objects.bulk_create(HistoryEntry(**row) for _number in range(BATCH + 1))
    assert seal_until(newest(), at=at) == BATCH + 1
    assert list(Seal.objects.order_by("-pk").values_list("count", flat=True)[:2]) == [1, BATCH]
    assert found() == []


def test_a_break_becomes_one_incident_of_its_record(sealed: list[int], at: datetime) -> None:
    with past_the_triggers(HistoryEntry):
        HistoryEntry.objects.filter(pk=sealed[1]).update(target="other")
    night = at.replace(hour=12)
    assert verify_daily(night) == 1
    assert verify_daily(night) == 0  # once a day
    assert verify_daily(night + timedelta(days=1)) == 1
    incident = Incident.objects.get()
    assert (incident.kind, incident.reference, incident.status) == ("history", sealed[1], "open")
