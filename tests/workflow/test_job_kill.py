"""SIGKILL anywhere in a job's turn: every row is done, and none twice (F30)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from modules.core.actors import SYSTEM
from modules.core.choices import JobState
from modules.core.jobs import start_job
from modules.core.models import OutboxMessage
from modules.core.outbox import LEASE, drain
from tests.workflow.app.models import Stamp
from tests.workflow.test_kill import COMMIT, die, nursery, split

__all__ = ["die", "nursery"]

pytestmark = pytest.mark.django_db(transaction=True)
RUNS = "modules.core.job_runs"

POINTS = [
    f"after {RUNS}:_locked 2",
    "before tests.workflow.app.models:Stamp.save 4",
    "after tests.workflow.app.models:Stamp.save 14",
    f"after {RUNS}:_count",
    f"after {RUNS}:run_slice",
    f"before {RUNS}:ask_for_delivery",
    f"after {RUNS}:ask_for_delivery",
    "before modules.core.outbox:_finish",
    f"before {RUNS}:_end",
    f"after {RUNS}:_end",
    f"before {COMMIT} 3",
    f"after {COMMIT} 3",
]


@pytest.mark.parametrize("point", POINTS)
def test_f30_a_job_killed_anywhere_does_every_row_once(die: Callable[..., None], at: datetime, point: str) -> None:
    job = start_job("parcels.stamp", title="Stamp", items=range(1, 61), data={}, actor=SYSTEM, at=at, chunk=25)
    target, call = split(point)
    die("deliver", target, call=call)
    job.refresh_from_db()
    assert job.done == Stamp.objects.filter(word="job").count(), "what is counted is what was done"
    drain(at=at + LEASE + timedelta(seconds=1), rounds=100)
    job.refresh_from_db()
    assert (job.state, job.done, job.failed) == (JobState.DONE, 60, 0)
    assert Stamp.objects.filter(word="job").count() == 60
    assert set(OutboxMessage.objects.filter(effect="core.job").values_list("state", flat=True)) == {"done"}
