"""An approval in another library: create, submit, approve. Runs in an environment of its own that the benchmark makes.

`python approvals.py viewflow|fsm DATABASE` prints one line of JSON: the medians in seconds of a whole approval, of the
approving alone, and of the floor (one UPDATE and one INSERT by the ORM in one transaction).
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings

RIVAL, DATABASE = sys.argv[1], sys.argv[2]
ROUNDS, BLOCK = 40, 10
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"

settings.configure(
    SECRET_KEY="benchmark",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        *(["viewflow", "viewflow.workflow", "approval_app"] if RIVAL == "viewflow" else ["django_fsm"]),
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": PRAGMAS},
        }
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402


class Letter(models.Model):  # noqa: DJ008 - nobody reads it
    """The floor's record."""

    state = models.CharField(max_length=60, default="written")
    state_since = models.DateTimeField(null=True)

    class Meta:
        app_label = "bench"


class Entry(models.Model):  # noqa: DJ008
    """The floor's history."""

    record_id = models.BigIntegerField()
    source = models.CharField(max_length=60)
    target = models.CharField(max_length=60)

    class Meta:
        app_label = "bench"


def floor() -> None:
    with transaction.atomic():
        Letter.objects.filter(pk=1, state="written").update(state="written")
        Entry.objects.create(record_id=1, source="written", target="posted")


def viewflow() -> tuple[Callable[[], object], Callable[[object], None]]:
    """A process with a human task, run by the library's own activations."""
    from approval_app.flows import ApprovalFlow

    class Request:
        GET: dict[str, str] = {}

    user = User.objects.create(username="approver", is_superuser=True)
    Request.user = user  # type: ignore[attr-defined]

    def submit() -> object:
        return ApprovalFlow.start.run()

    def approve(process: object) -> None:
        task = ApprovalFlow.task_class._default_manager.get(
            process=process, flow_task=ApprovalFlow.approve, finished=None
        )
        with task.activation() as activation:
            activation.assign(user)
            activation.start(Request())
            activation.execute()

    return submit, approve


def fsm() -> tuple[Callable[[], object], Callable[[object], None]]:
    """A model with a protected state field: the library keeps no history, task or timer."""
    from django_fsm import FSMField
    from django_fsm import transition as step

    class Request(models.Model):  # noqa: DJ008
        state = FSMField(default="new", protected=True)

        class Meta:
            app_label = "bench"

        @step(field=state, source="new", target="submitted")
        def submit(self) -> None:
            pass

        @step(field=state, source="submitted", target="approved")
        def approve(self) -> None:
            pass

    with connection.schema_editor() as editor:
        editor.create_model(Request)

    def submit() -> object:
        request = Request.objects.create()
        with transaction.atomic():
            request.submit()
            request.save()
        return request

    def approve(request: object) -> None:
        with transaction.atomic():
            row = Request.objects.select_for_update().get(pk=request.pk)  # type: ignore[attr-defined]
            row.approve()
            row.save()

    return submit, approve


def measure() -> dict[str, float]:
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Letter)
        editor.create_model(Entry)
    Letter.objects.create(pk=1)
    submit, approve = viewflow() if RIVAL == "viewflow" else fsm()
    wholes, approvals, floors = [], [], []
    for number in range(ROUNDS + 5):
        gc.collect()
        gc.disable()
        begin = time.perf_counter()
        submitted = [submit() for _ in range(BLOCK)]
        middle = time.perf_counter()
        for process in submitted:
            approve(process)
        done = time.perf_counter()
        for _ in range(BLOCK):
            floor()
        end = time.perf_counter()
        gc.enable()
        if number >= 5:  # the first rounds warm up
            wholes.append((done - begin) / BLOCK)
            approvals.append((done - middle) / BLOCK)
            floors.append((end - done) / BLOCK)
    found = {"whole": wholes, "approve": approvals, "floor": floors}
    return {name: statistics.median(values) for name, values in found.items()}


if __name__ == "__main__":
    Path(DATABASE).unlink(missing_ok=True)
    sys.stdout.write(json.dumps(measure()) + "\n")
