"""What a row is about: a message to somebody is about an order, a task about the record that waits for it.

Who sees to a record sees what went wrong with its messages there, and not on a row that nobody looks at. A module says
of its own kinds what they are about; others ask without knowing the kind.
"""

from collections.abc import Callable
from dataclasses import dataclass

from modules.core.registry import Registry

MOST = 5
"""A message is about a task, that about a record; nothing is about itself round many corners."""


@dataclass(frozen=True)
class Subject:
    """The record that a row is about, with the row in words; `url` leads to where the row is put right, for those who
    hold the permission."""

    record_type: str
    record_id: int
    words: str = ""
    url: str = ""
    permission: str = ""


Ask = Callable[[int], Subject | None]
askers: Registry[Ask] = Registry("what rows are about")


def about(record_type: str) -> Callable[[Ask], Ask]:
    """Register who knows what rows of a kind are about: `(id) -> Subject`, or None where it is gone."""

    def add(ask: Ask) -> Ask:
        return askers.register(record_type, ask)

    return add


def subject_of(record_type: str, record_id: int) -> Subject | None:
    """What a row is about in the end, with the words and the address of the row itself; None for a record that is
    about nothing else."""
    first: Subject | None = None
    for _step in range(MOST):
        ask = askers.get(record_type)
        found = None if ask is None else ask(record_id)
        if found is None:
            break
        record_type, record_id = found.record_type, found.record_id
        first = first or found
    return None if first is None else Subject(record_type, record_id, first.words, first.url, first.permission)
