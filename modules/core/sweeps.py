"""Everything that time drives: functions that look for due work and do it, called every few seconds and by `sweep`."""

from collections.abc import Callable
from datetime import datetime

from modules.core.registry import Registry

Sweep = Callable[[datetime], int]
sweeps: Registry[Sweep] = Registry("sweeps")


def sweep(name: str) -> Callable[[Sweep], Sweep]:
    """Register a function that does what is due at a moment, in small claimed batches, and counts what it did.

    It lives in a module's `tasks.py`; it may run in two processes at once.
    """

    def add(function: Sweep) -> Sweep:
        return sweeps.register(name, function)

    return add


def run_sweeps(*, at: datetime) -> dict[str, int]:
    """Run every sweep once; what each did by its name."""
    return {name: function(at) for name, function in sweeps.items()}
