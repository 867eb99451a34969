"""The product needs what `requirements.txt` names, and nothing that only the tests or PostgreSQL bring."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTRAS = ["psycopg", "psycopg2", "redis", "factory", "hypothesis", "pytest", "playwright"]
PROGRAM = """
import sys
for name in {extras}:
    sys.modules[name] = None  # as if it were not installed
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "check"])
execute_from_command_line(["manage.py", "makemigrations", "--check", "--dry-run"])  # loads every migration
from django.urls import get_resolver
get_resolver().url_patterns
"""


@pytest.mark.any_database
def test_it_starts_on_sqlite_without_the_extras(tmp_path: Path) -> None:
    left_out = ("DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "project.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM.format(extras=EXTRAS)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
