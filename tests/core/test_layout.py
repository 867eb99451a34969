"""The rooms of the house: closed file names of feature modules, listed ones of the platform's, sizes, the top level."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PLATFORM = ["core", "console", "portal", "accounts", "workflow", "notifications", "billing"]

ROOMS = {
    "urls", "views", "endpoints", "admin", "pages", "api", "tasks", "webhooks", "subscribers", "management",
    "workflows", "actions", "messages", "forms", "services", "rules", "selectors", "models",
    "choices", "events", "errors", "apps", "migrations", "demo", "checks", "templatetags", "__init__",
}  # fmt: skip
TOP_LEVEL = {
    "project", "modules", "templates", "static", "tests", "docs", "manage.py", "requirements.txt", "Procfile",
    "README.md", "pyproject.toml", "Makefile", "CHANGELOG.md", "LICENSE",
}  # fmt: skip
FORBIDDEN = {"utils", "helpers", "common", "misc"}

pytestmark = pytest.mark.any_database


def modules() -> list[str]:
    return sorted(path.name for path in (ROOT / "modules").iterdir() if (path / "apps.py").exists())


def files_of(module: str) -> set[str]:
    found = (ROOT / "modules" / module).iterdir()
    return {path.stem for path in found if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")}


def listed_in_docs(module: str) -> set[str]:
    """The names in the first column of the table at the top of the module's page."""
    text = (ROOT / "docs" / "modules" / f"{module}.md").read_text()
    return {name.rstrip("/").removesuffix(".py") for name in re.findall(r"^\| `([\w/.]+)`", text, re.MULTILINE)}


@pytest.mark.parametrize("module", [name for name in modules() if name not in PLATFORM])
def test_a_feature_module_has_only_known_rooms(module: str) -> None:
    assert files_of(module) - ROOMS == set()


@pytest.mark.parametrize("module", PLATFORM)
def test_a_platform_modules_further_files_are_listed(module: str) -> None:
    assert files_of(module) - ROOMS - listed_in_docs(module) == set()


@pytest.mark.parametrize("module", modules())
def test_a_module_has_its_page(module: str) -> None:
    assert (ROOT / "docs" / "modules" / f"{module}.md").exists()


def test_the_top_level_is_closed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    names = {name.split("/")[0] for name in tracked.split("\n") if name}
    assert {name for name in names if not name.startswith(".")} - TOP_LEVEL == set()
    assert {name for name in names if name.startswith(".")} <= {".ci", ".gitignore", ".env.example"}


def test_no_file_is_called_a_drawer() -> None:
    drawers = [path for path in (ROOT / "modules").rglob("*.py") if path.stem in FORBIDDEN]
    assert drawers == []


def test_files_stay_readable() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("modules", "project", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 320
    }
    assert long == {}
