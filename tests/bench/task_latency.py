"""From a committed outbox row to its effect, through the real ticker, queue and worker in processes of their own."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from modules.core import clock
from modules.core.outbox import send
from tests.bench import Measurement, benchmark

ROUNDS = 100
WARM_UP = 10
QUEUE = """
import os, time, django
django.setup()
from django.conf import settings
options = settings.DATABASES["default"].get("OPTIONS", {})
if "init_command" in options:
    options["init_command"] = options["init_command"].replace("synchronous=OFF", "synchronous=NORMAL")
from modules.core import processes
from modules.core.outbox import effect
@effect("bench.note")
def note(delivery):
    with open(os.environ["BENCH_DONE"], "a") as file:
        file.write(f"{time.time()}\\n")
processes.run_queue()
"""
BARE_POLL = """
import os, time, django
django.setup()
from django.conf import settings
from django.db import connection
cursor, seen = connection.cursor(), 0
while True:
    cursor.execute("SELECT max(id) FROM core_outboxmessage WHERE effect = 'bench.note'")
    newest = cursor.fetchone()[0] or 0
    if newest > seen:
        seen = newest
        with open(os.environ["BENCH_SEEN"], "a") as file:
            file.write(f"{time.time()}\\n")
    time.sleep(settings.OUTBOX_POLL_SECONDS)
"""


def database_url() -> str:
    """Where the scratch database is, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{known['USER']}:{known['PASSWORD']}@" if known["USER"] else ""
    return f"postgres://{who}{known['HOST'] or ''}/{known['NAME']}"


@contextmanager
def running(program: str, **environment: str) -> Iterator[None]:
    """A Python process with the product's code, ended afterwards."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "PYTHONPATH": str(settings.BASE_DIR),
        "LOG_LEVEL": "ERROR",  # nobody answers at the payment provider's place
        **environment,
    }
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=settings.BASE_DIR)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def told(file: Path, count: int, seconds: float = 60.0) -> float:
    """The moment on the file's n-th line, waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lines = file.read_text().splitlines() if file.exists() else []
        if len(lines) >= count:
            return float(lines[count - 1])
        time.sleep(0.01)
    raise RuntimeError(f"{file.name}: line {count} did not come")


@benchmark("task_latency", unit="s")
def from_commit_to_effect() -> Measurement:
    """The median over effects that are asked for one at a time, at any moment between two looks."""
    whole, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        done, seen = Path(folder) / "done", Path(folder) / "seen"
        with running(QUEUE, BENCH_DONE=str(done)), running(BARE_POLL, BENCH_SEEN=str(seen)):
            for number in range(1, WARM_UP + ROUNDS + 1):
                with transaction.atomic():
                    send("bench.note", {}, key=f"bench:{number}", at=clock.now())
                committed = time.time()
                whole.append(told(done, number) - committed)
                bare.append(told(seen, number) - committed)
                time.sleep(random.uniform(0, 2 * settings.OUTBOX_POLL_SECONDS))
    note = f"aim 0.120 s; floor: a bare poll every {settings.OUTBOX_POLL_SECONDS:g} s sees the same rows"
    return Measurement(statistics.median(whole[WARM_UP:]), statistics.median(bare[WARM_UP:]), note)
