"""How long `manage.py serve` takes from the command to a page: beside a process that only sets the same Django up."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings

from tests.bench import Measurement, benchmark
from tests.bench.memory import get
from tests.integration.serving import free_port

ROUNDS, PATIENCE = 5, 60.0
BARE = "import django; django.setup(); from django.core.wsgi import get_wsgi_application; get_wsgi_application()"


def environment(folder: str, port: int) -> dict[str, str]:
    """The product's own settings on a folder of its own, as on a machine where nothing is set."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {
        **kept, "DJANGO_SETTINGS_MODULE": "project.settings", "DATA_DIR": folder, "DEMO": "0",
        "HOST": "127.0.0.1", "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip


def bare_setup(folder: str) -> float:
    """Seconds until a process that does nothing else has set Django up and ended."""
    begin = time.perf_counter()
    command = [sys.executable, "-c", BARE]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment(folder, free_port()), check=True)
    return time.perf_counter() - begin


def first_page(folder: str) -> float:
    """Seconds until the started product answers the shop's first page."""
    port = free_port()
    with (Path(folder) / "log").open("w") as log:
        begin = time.perf_counter()
        product = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=settings.BASE_DIR, env=environment(folder, port), stdout=log, stderr=log,
        )  # fmt: skip
        try:
            while get(f"http://127.0.0.1:{port}/") != 200:
                if time.perf_counter() - begin > PATIENCE:
                    raise RuntimeError("the product did not start")
                time.sleep(0.01)
            return time.perf_counter() - begin
        finally:
            product.terminate()
            product.wait(timeout=40)


@benchmark("cold_start")
def cold_start() -> Measurement:
    """On a database that is up to date; the first start, which migrates and collects files, is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        first = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(first, cwd=settings.BASE_DIR, env=environment(folder, free_port()), check=True)
        first_page(folder)
        starts, floors = [], []
        for _ in range(ROUNDS):
            starts.append(first_page(folder))
            floors.append(bare_setup(folder))
    return Measurement(statistics.median(starts), statistics.median(floors), "serve to the first page, SQLite")
