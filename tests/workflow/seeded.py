"""Breaking the engine on purpose: one expression of one function replaced, for as long as one test runs.

The lines are the engine's own, so a defect cannot silently miss: where the line is gone, seeding it fails.
"""

import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest

from modules.workflow.engine.statements import statements_of

ENGINE = "modules.workflow"
KNOWING = (ENGINE, "tests.workflow")
"""Where names of the engine's functions may stand."""


@dataclass(frozen=True)
class Defect:
    """One mistake. `place` is `<module below the engine>:<function or Class.method>`, in which `old` becomes `new`."""

    name: str
    place: str
    old: str
    new: str
    caught_by: Callable[..., None]


def seed(defect: Defect, patch: pytest.MonkeyPatch) -> None:
    """Put the mistake into the running engine, wherever the function is known; `patch` takes it out again."""
    module_name, _, path = defect.place.partition(":")
    module = import_module(f"{ENGINE}.{module_name}" if module_name else ENGINE)
    *parents, name = path.split(".")
    owner: Any = module
    for parent in parents:
        owner = getattr(owner, parent)
    original = vars(owner)[name]
    if not callable(original):  # a constant
        patch.setattr(owner, name, eval(defect.new))
        return
    broken = _rewritten(original, module, owner, defect)
    patch.setattr(owner, name, broken)
    for other in [each for key, each in list(sys.modules.items()) if key.startswith(KNOWING)]:
        for known, thing in list(vars(other).items()):
            if thing is original:
                patch.setattr(other, known, broken)
    statements_of.cache_clear()


def _rewritten(function: Any, module: Any, owner: Any, defect: Defect) -> Any:
    """The function compiled again with its mistake, in the module's own namespace; `super()` finds its class."""
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    assert source.count(defect.old) == 1, f"{defect.name}: {defect.place} has changed; write the defect anew"
    body = textwrap.indent(source.replace(defect.old, defect.new), "    ")
    making = f"def make(__class__):\n{body}\n    return {function.__name__}\n"
    namespace: dict[str, Any] = {}
    exec(compile(making, f"<{defect.name}>", "exec", dont_inherit=True), vars(module), namespace)
    return namespace["make"](owner)


def heal() -> None:
    """Forget what was compiled while the engine was broken."""
    statements_of.cache_clear()
