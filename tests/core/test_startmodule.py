"""A module that `startmodule` writes passes everything untouched; a name that cannot be is refused in words."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from modules.core import new_module

pytestmark = pytest.mark.any_database

ROOT = Path(settings.BASE_DIR)
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "var", "node_modules")
OF_THIS_RUN = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "DEMO", "DJANGO_SETTINGS_MODULE", "MODULES", "TEST_RUN_DIR")
GENERAL_TESTS = [
    "tests/core/test_layout.py::test_a_feature_module_has_only_known_rooms",
    "tests/core/test_layout.py::test_a_module_has_its_page",
    "tests/core/test_translations.py",
    "tests/integration/test_access.py",
]


class Project:
    """A copy of the project, in which commands run as on a developer's machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        shutil.copytree(ROOT, self.folder, ignore=LEFT_BEHIND)
        shutil.copytree(ROOT / ".ci", self.folder / ".ci")
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in OF_THIS_RUN and not name.startswith("PYTEST_")
        }
        self.environment |= {"DATA_DIR": str(folder / "data"), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *command: str) -> str:
        """What a command said; it must end well."""
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = ended.stdout + ended.stderr
        assert ended.returncode == 0, f"{' '.join(command)}\n{said[-4000:]}"
        return said


@pytest.mark.slow
def test_what_it_writes_passes_everything_untouched(tmp_path: Path) -> None:
    project = Project(tmp_path)
    before = project.run("manage.py", "translations", "--check")
    said = project.run("manage.py", "startmodule", "bike_repairs", "--spanish", "reparación,reparaciones")
    assert "/bike-repairs/" in said
    paths = ["modules/bike_repairs", "tests/bike_repairs", "tests/factories", "tests/integration", "project"]
    project.run("-m", "ruff", "check", *paths)
    project.run("-m", "ruff", "format", "--check", *paths)
    project.run("-m", "djlint", "templates/bike_repairs", "--lint", "--quiet")
    project.run("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")
    project.run("manage.py", "check", "--fail-level", "WARNING")
    project.run("manage.py", "makemigrations", "--check", "--dry-run")
    project.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/bike_repairs", *GENERAL_TESTS)
    catalogue = (project.folder / "project/locale/es/LC_MESSAGES/django.po").read_text()
    assert 'msgid "Bike repairs"\nmsgstr "Reparaciones"' in catalogue
    assert before == project.run("manage.py", "translations", "--check")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("films", "installed already"),
        ("auth", "installed already"),
        ("Repairs", "cannot be a name"),
        ("2repairs", "cannot be a name"),
        ("../repairs", "cannot be a name"),
        ("a_very_long_name_for_a_module", "at most 24"),
        ("class", "a word of Python's"),
        ("helpers", "says nothing"),
        ("orders", "/orders/ is taken"),
        ("health", "/health/ is taken"),
        ("integration", "is there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_words(name: str, why: str) -> None:
    with pytest.raises(new_module.Refused, match=why):
        new_module.names_for(name)


def test_the_command_says_it_too() -> None:
    with pytest.raises(CommandError, match="installed already"):
        call_command("startmodule", "films")


@pytest.mark.parametrize(
    ("module", "record"),
    [("wagons", "wagon"), ("entries", "entry"), ("boxes", "box"), ("wishes", "wish"), ("press", "press")],
)
def test_the_record_is_the_singular_of_the_module(module: str, record: str) -> None:
    assert new_module.names_for(module).record == record
