"""Stripe's published examples, read where they lie. Tests without them are left out and say so."""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

EXAMPLES = "openapi-fixtures3-2026-07-29.json.xz"


def folder() -> Path:
    path = Path(settings.SHARED_DATA_DIR) / "stripe"
    if not path.is_dir():
        pytest.skip(f"left out: no {path}; set SHARED_DATA_DIR to the folder of the shared data")
    return path


@cache
def examples() -> dict[str, Any]:
    """One example object for each noun."""
    with lzma.open(folder() / EXAMPLES) as file:
        return dict(json.load(file)["resources"])


def trigger(name: str) -> list[dict[str, Any]]:
    """The request sequence by which Stripe's command line makes an event happen."""
    return list(json.loads((folder() / "cli-triggers" / f"{name}.json").read_text())["fixtures"])
