"""Benchmarks: each is a value over a floor measured in the same run. `python -m tests.bench [--json FILE] [NAME…]`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from modules.core.registry import Registry


@dataclass(frozen=True)
class Measurement:
    """What a benchmark found: its value and the floor beside it, in the benchmark's unit."""

    value: float
    floor: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.floor


@dataclass(frozen=True)
class Benchmark:
    """A named measurement with the ratio it aims at."""

    name: str
    unit: str
    aim: float | None
    measure: Callable[[], Measurement]

    def run(self, database: str) -> dict[str, Any]:
        """Measure, and give the row that is printed and written."""
        found = self.measure()
        return {
            "name": self.name,
            "ratio": round(found.ratio, 3),
            "aim": self.aim,
            "value": found.value,
            "floor": found.floor,
            "unit": self.unit,
            "database": database,
            "note": found.note,
        }


benchmarks: Registry[Benchmark] = Registry("benchmarks")


def benchmark(
    name: str, *, unit: str = "s", aim: float | None = None
) -> Callable[[Callable[[], Measurement]], Callable[[], Measurement]]:
    """Register a function without arguments that measures; it finds a migrated, empty database."""

    def add(function: Callable[[], Measurement]) -> Callable[[], Measurement]:
        benchmarks.register(name, Benchmark(name, unit, aim, function))
        return function

    return add
