"""What version runs: of the code, of its commit where it is known, of the database's schema."""

import os
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import django
from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from modules.core.manifest import module_configs


@cache
def version_facts() -> dict[str, str]:
    """Facts that do not change while the process lives."""
    return {
        "name": "Modular Connect",
        "version": product_version(),
        "git": git_commit(),
        "django": django.get_version(),
        "schema": schema_version(),
    }


@cache
def product_version() -> str:
    """The newest version that the changelog names; the changelog is the source."""
    changelog = Path(settings.BASE_DIR) / "CHANGELOG.md"
    found = re.search(r"^## (\d+\.\d+\.\d+)", changelog.read_text() if changelog.exists() else "", re.MULTILINE)
    return found[1] if found else "0.0.0"


def git_commit() -> str:
    """The commit: from GIT_COMMIT when a platform sets it, else from the checkout, else empty."""
    if commit := os.environ.get("GIT_COMMIT") or os.environ.get("SOURCE_VERSION"):
        return commit[:12]
    git = Path(settings.BASE_DIR) / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head[:12]
        reference = git / head.removeprefix("ref: ")
        return reference.read_text().strip()[:12] if reference.exists() else ""
    except OSError:
        return ""


def schema_version() -> str:
    """The last migration of each of our modules, as one line."""
    known = known_migrations()
    return " ".join(f"{c.label}.{known[c.label][-1][:4]}" for c in module_configs() if known.get(c.label))


@cache
def known_migrations() -> dict[str, list[str]]:
    """The names of every app's migrations, as they lie on the disk. Django's own loader would import them all, which
    costs a web process nine megabytes for good."""
    found = {}
    for config in apps.get_app_configs():
        path, _explicit = MigrationLoader.migrations_module(config.label)
        if path and find_spec(path) is not None:
            folder = import_module(path)
            names = (entry.name for entry in iter_modules(getattr(folder, "__path__", [])) if not entry.ispkg)
            found[config.label] = sorted(name for name in names if name[0] not in "_~")
    return found
