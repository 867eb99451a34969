"""Counts and times of states, steps and whole ways, computed from paths."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import sub

from modules.workflow.mining.paths import STEP, Path, Step

SHOWN = 10
"""So many of the most frequent ways are told; the others are counted together."""

Move = tuple[str, str, str]
"""From a state (nothing before the first) by a transition to a state."""


@dataclass(frozen=True)
class Waits:
    """How long something took: the median, what nine of ten stayed below, and all of it together, in seconds."""

    median: int
    high: int
    total: float


@dataclass(frozen=True)
class Passage:
    """How often something was passed, by how many records, and by how many of them again and again.

    For a state `waits` is how long records stayed there, for a step how long they had been in its state before it.
    """

    count: int
    records: int
    again: int
    """Times beyond each record's first."""
    again_records: int
    waits: Waits | None = None


@dataclass(frozen=True)
class Variant:
    """A way on which records went, by its states; steps within a state do not tell two ways apart."""

    key: str
    states: tuple[str, ...]
    count: int
    waits: Waits | None


@dataclass(frozen=True)
class Figures:
    """What a page says about a set of records."""

    records: int = 0
    timed: int = 0
    """Of so many of them the times were taken."""
    states: dict[str, Passage] = field(default_factory=dict)
    moves: dict[Move, Passage] = field(default_factory=dict)
    arrows: dict[Step, Passage] = field(default_factory=dict)
    """The same whatever state they left."""
    variants: tuple[Variant, ...] = ()
    other_variants: int = 0
    in_other_variants: int = 0


@dataclass
class _Tally:
    count: int = 0
    records: int = 0
    again_records: int = 0
    ended: int = 0
    waits: list[int] = field(default_factory=list)

    def passed(self, times: int, records: int) -> None:
        self.count += times * records
        self.records += records
        self.again_records += records if times > 1 else 0

    def add(self, other: "_Tally") -> None:
        self.count += other.count
        self.records += other.records
        self.again_records += other.again_records
        self.ended += other.ended
        self.waits += other.waits

    def passage(self) -> Passage:
        again = self.count - self.records
        return Passage(self.count, self.records, again, self.again_records, waits_of(self.waits, self.ended))


def measure(paths: Sequence[Path]) -> Figures:
    """Everything that paths tell."""
    states: defaultdict[str, _Tally] = defaultdict(_Tally)
    moves: defaultdict[Move, _Tally] = defaultdict(_Tally)
    chains: defaultdict[tuple[str, ...], list[Path]] = defaultdict(list)
    for path in paths:
        chain = tuple(_chain(path))
        chains[chain].append(path)
        for state in set(chain):
            states[state].passed(chain.count(state), path.count)
        _walk(path, states, moves)
    shown = sorted(chains.items(), key=lambda entry: (-sum(path.count for path in entry[1]), entry[0]))
    others = [sum(path.count for path in found) for _chain_, found in shown[SHOWN:]]
    passages = {key: tally.passage() for key, tally in moves.items()}
    return Figures(
        sum(path.count for path in paths),
        sum(path.timed for path in paths),
        {key: tally.passage() for key, tally in states.items()},
        passages,
        _arrows(moves, passages),
        tuple(_variant(chain, found) for chain, found in shown[:SHOWN]),
        len(others),
        sum(others),
    )


def _arrows(moves: dict[Move, _Tally], passages: dict[Move, Passage]) -> dict[Step, Passage]:
    """Moves by the same transition to the same state, as one."""
    found: dict[Step, list[Move]] = {}
    for move in moves:
        if move[0]:
            found.setdefault(move[1:], []).append(move)
    return {step: passages[same[0]] if len(same) == 1 else _together(moves, same) for step, same in found.items()}


def _together(moves: dict[Move, _Tally], same: Iterable[Move]) -> Passage:
    tally = _Tally()
    for move in same:
        tally.add(moves[move])
    return tally.passage()


def _chain(path: Path) -> Iterator[str]:
    """The states in their order, without steps that stay in one."""
    before = None
    for _transition, target in path.steps:
        if target != before:
            yield target
        before = target


def _walk(path: Path, states: defaultdict[str, _Tally], moves: defaultdict[Move, _Tally]) -> None:
    """Follow a path: each step ends a wait, and only one that leaves the state starts the next."""
    source, entered = "", 0
    walked: dict[Move, int] = {}
    for place, (transition, target) in enumerate(path.steps):
        move = (source, transition, target)
        walked[move] = walked.get(move, 0) + 1
        tally = moves[move]
        tally.ended += path.count if source else 0
        waited: list[int] = []
        if source and path.times:
            waited = list(map(sub, path.times[place], path.times[entered]))
            tally.waits += waited
        if target != source:
            if source:
                states[source].ended += path.count
                states[source].waits += waited
            source, entered = target, place
    for move, times in walked.items():
        moves[move].passed(times, path.count)


def _variant(chain: tuple[str, ...], paths: Sequence[Path]) -> Variant:
    count = sum(path.count for path in paths)
    whole = [wait for path in paths if path.times for wait in map(sub, path.times[-1], path.times[0])]
    return Variant(key_of(chain), chain, count, waits_of(whole, count) if len(chain) > 1 else None)


def key_of(chain: Iterable[str]) -> str:
    """Names a way in an address."""
    return hashlib.sha256(STEP.join(chain).encode()).hexdigest()[:12]


def waits_of(waits: list[int], count: int) -> Waits | None:
    """The figures of so many waits, of which these were timed; nothing where none was."""
    if not waits:
        return None
    waits = sorted(max(wait, 0) for wait in waits)
    return Waits(percentile(waits, 50), percentile(waits, 90), sum(waits) / len(waits) * count)


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The smallest value that so many of a hundred do not exceed (as PostgreSQL's `percentile_disc`)."""
    return ordered[place_of(len(ordered), percent) - 1]


def place_of(size: int, percent: int) -> int:
    """Where a percentile stands among so many values in order, counted from one."""
    return max(-(-size * percent // 100), 1)
