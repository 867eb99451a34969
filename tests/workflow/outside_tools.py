"""Other people's tools that read what we write. They are no part of the product: where they are missing a test is left
out in one line, but not in CI, which sets their places (`PM4PY_PYTHON`, `BPMN_MODULES`)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest


def pm4py(program: str, file: Path) -> Any:
    """What a program prints as JSON, run by a Python that has pm4py; the file is its argument."""
    python = _place("PM4PY_PYTHON", "the Python of an environment with pm4py")
    return json.loads(_run([python, "-W", "ignore", "-c", program, str(file)]))


def node(program: str, file: Path) -> Any:
    """What a module of JavaScript prints as JSON; `MODULES` in it stands for the folder with the packages."""
    modules = bpmn_modules().resolve().as_uri()
    text = program.replace("MODULES", modules)
    return json.loads(_run(["node", "--input-type=module", "-e", text, "--", str(file)]))


def bpmn_modules() -> Path:
    """The `node_modules` with bpmn-moddle and bpmn-js."""
    return Path(_place("BPMN_MODULES", "a node_modules with bpmn-moddle and bpmn-js"))


def _place(name: str, what: str) -> str:
    found = os.environ.get(name, "")
    if not found:
        assert not os.environ.get("CI"), f"CI has to set {name}"
        pytest.skip(f"needs {what}: set {name}")
    return found


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]
