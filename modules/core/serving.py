"""What `serve` and `demo` share: which processes run, and what is made ready before they start."""

import importlib
import io
import json
import time
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from django.urls import NoReverseMatch, get_resolver, reverse

from modules.core import processes
from modules.core.manifest import module_configs, resolve
from modules.core.money import Money
from modules.core.supervisor import Supervisor
from modules.core.version import version_facts

Run = Callable[[], None]
PRELOADED = (
    "django_q.brokers.orm",
    "django_q.tasks",
    "django.core.cache.backends.db",
    "modules.core.cluster",
    "modules.core.routers",
    "multiprocessing.popen_fork",
    "gunicorn.app.base",
    "gunicorn.arbiter",
    "gunicorn.glogging",
    "gunicorn.workers.gthread",
    "whitenoise.middleware",
)


def prepare(*, migrate: bool, report: Callable[[str], None]) -> None:
    """Bring the database and the static files in line with the code; runs in a child process."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    if migrate:
        call_command("migrate", interactive=False, verbosity=0, stdout=io.StringIO())
        report("database is up to date")
    if collect_static():
        report("static files are collected")
    connections.close_all()


def collect_static() -> bool:
    """Collect static files unless nothing has changed since the last time; says whether it did."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    with redirect_stdout(io.StringIO()):
        call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def static_fingerprint() -> str:
    """The names and times of all static files of the project and its packages."""
    facts = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts.append((name, storage.get_modified_time(name).timestamp()))
    return json.dumps([len(facts), max((moment for _name, moment in facts), default=0), sum(m for _n, m in facts)])


def wanted_processes(only: str | None) -> dict[str, Run]:
    """The processes to run: all, or those of one face; companions of modules beside the worker."""
    runs: dict[str, Run] = {}
    if only != "worker":
        runs["web"] = processes.run_web
    if only != "web":
        runs["queue"] = processes.run_queue
        for config in module_configs():
            for companion in config.manifest.companions:
                if resolve(companion.when)():
                    runs[companion.key] = _lazily(companion.target)
    return runs


def _lazily(path: str) -> Run:
    def run_companion() -> None:
        resolve(path)()

    return run_companion


def preload() -> None:
    """Load what the children need before they are forked, so that they share it."""
    for name in PRELOADED:
        importlib.import_module(name)
    for config in module_configs():
        for path in config.manifest.preload:
            resolve(path)()
    fill_address_tables()
    _ = processes.application(), version_facts()
    for language, _name in settings.LANGUAGES:
        Money(0, settings.SHOP_CURRENCY).format(language)  # Babel's tables of the language
    for model in apps.get_models():
        str(model._default_manager.filter(pk=1).order_by("pk").query)  # says it in SQL, without a connection
    for alias in connections:
        connections[alias].close()


def fill_address_tables() -> None:
    """The tables by which addresses are written: one of all, and one of each namespace, which Django makes when it is
    first asked for a name in it, from all that is below: 5 MB of each process that does so for itself."""
    for namespace, (_prefix, part) in get_resolver().namespace_dict.items():
        name = next((name for name in part.reverse_dict if isinstance(name, str)), None)
        with suppress(NoReverseMatch):  # one that takes arguments: the table is made all the same
            reverse(f"{namespace}:{name}")


def run(*, only: str | None = None) -> int:
    """Fork and watch; returns the exit code."""
    preload()
    return Supervisor(wanted_processes(only)).serve()


def reporter(write: Callable[[str], object]) -> Callable[[str], None]:
    """A function that prints each step with the seconds since the start."""
    started = time.monotonic()

    def report(line: str) -> None:
        write(f"  {time.monotonic() - started:5.1f} s  {line}")

    return report
