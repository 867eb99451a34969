"""What is loaded before the processes are forked, and what stays away until somebody needs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from modules.core.processes import NICENESS

PROGRAM = """
import json, sys
import django
django.setup()
from django.urls import resolvers, reverse
from modules.core import serving
serving.preload()
made = []
fill = resolvers.URLResolver._populate
resolvers.URLResolver._populate = lambda self: (made.append(str(self)), fill(self))
names = ["admin:index", "core:health_version", "films:picklist", "admin:films_order_changelist"]
addresses = [reverse(name) for name in names]
import os
from django.db import connections
from modules.core import cluster, processes
cluster.LeanSentinel = lambda tick: made_way.append(os.nice(0))
made_way = [os.nice(0)]
processes.run_queue()
print(json.dumps({
    "loaded": sorted({name.partition(".")[0] for name in sys.modules}), "made": made, "addresses": addresses,
    "open": [alias for alias in connections if connections[alias].connection is not None],
    "niceness": made_way,
}))
"""
HEAVY = {
    "PIL", "cel_expr_python", "css_inline", "holidays", "import_export", "liquid", "lxml", "numpy", "openpyxl",
    "playwright", "pytest", "qrcode", "reportlab", "stripe", "tablib", "xlsxwriter",
}  # fmt: skip
"""Packages that one page or job in a hundred needs; together some 60 MB."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("STRIPE", "DEMO"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "project.settings", "PYTHONPATH": str(settings.BASE_DIR),
        "DATA_DIR": str(tmp_path_factory.mktemp("preload")), "DATABASE_URL": "", "REDIS_URL": "",
    }  # fmt: skip
    environment = {name: value for name, value in environment.items() if value}
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=Path(settings.BASE_DIR), env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found: dict[str, list[str]] = json.loads(told.stdout.splitlines()[-1])
    return found


def test_heavy_packages_stay_away_until_somebody_needs_them(loaded: dict[str, list[str]]) -> None:
    assert HEAVY & set(loaded["loaded"]) == set()
    assert {"django", "modules", "django_q", "gunicorn", "babel"} <= set(loaded["loaded"])


def test_no_process_makes_tables_of_addresses_for_itself(loaded: dict[str, list[str]]) -> None:
    assert loaded["addresses"][0] == "/console/"
    assert loaded["made"] == []


def test_no_connection_is_open_when_the_processes_are_forked(loaded: dict[str, list[str]]) -> None:
    assert loaded["open"] == []


def test_the_queue_makes_way_for_pages(loaded: dict[str, list[str]]) -> None:
    """A sweep of thousands of timers beside a page: `python -m tests.bench sweep_beside`."""
    before, within = map(int, loaded["niceness"])
    assert within == before + NICENESS
