"""Steps that bring the database in line with the code after `migrate`: permissions, roles, search indexes."""

from collections.abc import Callable

Step = Callable[[], None]

_steps: list[tuple[int, str, Step]] = []


def after_migrate(*, order: int) -> Callable[[Step], Step]:
    """Run the function after every migrate, when all modules' tables and permissions exist; low orders first."""

    def add(step: Step) -> Step:
        entry = (order, f"{step.__module__}.{step.__qualname__}", step)
        if all(known[1] != entry[1] for known in _steps):
            _steps.append(entry)
        return step

    return add


def run_steps() -> None:
    """Run every step, in order."""
    for _order, _name, step in sorted(_steps, key=lambda entry: entry[:2]):
        step()
