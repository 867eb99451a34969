"""What the running product takes: the proportional set size of all its processes, with the demo's data."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

from tests.bench import Measurement, benchmark
from tests.integration.serving import free_port

PAGES = [
    "/",
    "/films/",
    "/films/?q=amor",
    "/films/?page=2",
    "/basket/",
    "/account/login/",
    "/health/live",
    "/films/?q=x",
]
LOAD = 200
QUIET_SECONDS = 12
EXTRAS = ["psycopg", "psycopg2", "redis"]
PROGRAM = """
import sys
for name in {extras}:
    sys.modules[name] = None  # what requirements.txt does not install
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "demo"])
"""
BARE = """
import django, time
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"], ROOT_URLCONF="django.conf.urls",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.core.handlers.wsgi import WSGIHandler
WSGIHandler()
print("ready", flush=True)
time.sleep(60)
"""


@dataclass(frozen=True)
class Taken:
    """MiB of a process group: after a quiet start, and after a few hundred pages."""

    idle: float
    loaded: float
    processes: int


def pss(pid: int) -> tuple[float, int]:
    """MiB of a process and all its descendants, and how many they are."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    family, total = [pid], 0
    for member in family:
        family += children.get(member, [])
        for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024, len(family)


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            answer.read()
            return int(answer.status)
    except OSError:
        return 0


@cache
def taken(*, sandbox: bool) -> Taken:
    """Start the demo on an empty folder, let it rest, look, ask for pages, look again."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {
            "DJANGO_SETTINGS_MODULE": "project.settings", "PYTHONPATH": str(settings.BASE_DIR), "DATA_DIR": folder,
            "DEMO": "1", "PORT": str(port), "STRIPE_SANDBOX_PORT": str(free_port()),
        }  # fmt: skip
        if not sandbox:  # a key of the test mode: card payments are on, and nobody answers at the provider's place
            environment |= {
                "STRIPE_SECRET_KEY": "sk_test_memory", "STRIPE_WEBHOOK_SECRETS": "whsec_memory",
                "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
            }  # fmt: skip
        command = [sys.executable, "-c", PROGRAM.format(extras=EXTRAS)]
        log = (Path(folder) / "log").open("w")
        product = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log)
        try:
            return _look(product.pid, f"http://127.0.0.1:{port}")
        finally:
            product.terminate()
            product.wait(timeout=40)
            log.close()


def _look(pid: int, base: str) -> Taken:
    deadline = time.monotonic() + 240
    while get(f"{base}/health/ready") != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("the demo did not start")
        time.sleep(0.5)
    time.sleep(QUIET_SECONDS)
    idle, _count = pss(pid)
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(get, [base + PAGES[number % len(PAGES)] for number in range(LOAD)]))
    if set(answers) != {200}:
        raise RuntimeError(f"pages failed: {answers}")
    time.sleep(2)
    loaded, count = pss(pid)
    return Taken(idle, loaded, count)


@cache
def bare_django() -> float:
    """MiB of one Django process with nothing of ours in it."""
    command = [sys.executable, "-c", BARE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": ""}) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found, _count = pss(process.pid)
        process.kill()
    return found


def measured(value: float, found: Taken, aim: int) -> Measurement:
    note = f"aim {aim} MB; {found.processes} processes; floor: one bare Django process"
    return Measurement(round(value, 1), round(bare_django(), 1), note)


@benchmark("memory", unit="MB")
def at_rest() -> Measurement:
    """Without the sandbox, idle."""
    found = taken(sandbox=False)
    return measured(found.idle, found, 128)


@benchmark("memory_loaded", unit="MB")
def after_load() -> Measurement:
    """Without the sandbox, after 200 pages by four at once."""
    found = taken(sandbox=False)
    return measured(found.loaded, found, 128)


@benchmark("memory_sandbox", unit="MB")
def with_sandbox_at_rest() -> Measurement:
    """The demo as it starts, idle."""
    found = taken(sandbox=True)
    return measured(found.idle, found, 170)


@benchmark("memory_sandbox_loaded", unit="MB")
def with_sandbox_after_load() -> Measurement:
    """The demo, after 200 pages by four at once."""
    found = taken(sandbox=True)
    return measured(found.loaded, found, 170)
