"""Which way edges run, and the column of each state: the first steps of a layered drawing."""

from collections.abc import Mapping, Sequence

Pairs = Mapping[str, Sequence[str]]
"""For each state the states it leads to, the ones of most interest first."""


def back_pairs(states: Sequence[str], pairs: Pairs, first: str) -> set[tuple[str, str]]:
    """The pairs that lead back to where the process already was; without them the rest has no cycle."""
    done: set[str] = set()
    found: set[tuple[str, str]] = set()
    for root in [first, *states]:
        if root in done:
            continue
        path = {root: iter(pairs.get(root, ()))}
        while path:
            state = next(reversed(path))
            target = next(path[state], None)
            if target is None:
                done.add(state)
                del path[state]
            elif target in path:
                found.add((state, target))
            elif target not in done:
                path[target] = iter(pairs.get(target, ()))
    return found


def columns(states: Sequence[str], pairs: Pairs, last: set[str]) -> dict[str, int]:
    """The column of each state; `pairs` have no cycle. States of `last` that lead nowhere stand in the last column."""
    order = _topological(states, pairs)
    column = dict.fromkeys(states, 0)
    for state in order:
        for target in pairs.get(state, ()):
            column[target] = max(column[target], column[state] + 1)
    ends = {state for state in last if not pairs.get(state)}
    inner = [column[state] for state in states if state not in ends]
    end = max([*column.values(), *(place + 1 for place in inner)] if ends else [*column.values(), 0])
    for state in ends:
        column[state] = end
    _pull_right(order, pairs, column, ends)
    return column


def _topological(states: Sequence[str], pairs: Pairs) -> list[str]:
    open_ways = dict.fromkeys(states, 0)
    for targets in pairs.values():
        for target in targets:
            open_ways[target] += 1
    ready = [state for state in states if not open_ways[state]]
    for state in ready:
        for target in pairs.get(state, ()):
            open_ways[target] -= 1
            if not open_ways[target]:
                ready.append(target)
    return ready


def _pull_right(order: Sequence[str], pairs: Pairs, column: dict[str, int], ends: set[str]) -> None:
    """Move a state towards what follows it where that shortens more edges than it lengthens."""
    coming = dict.fromkeys(order, 0)
    for targets in pairs.values():
        for target in targets:
            coming[target] += 1
    for state in reversed(order):
        following = [column[target] for target in pairs.get(state, ()) if target not in ends]
        if following and len(following) > coming[state] > 0:
            column[state] = max(column[state], min(following) - 1)


def main_way(pairs: Pairs, first: str, last: set[str]) -> list[str]:
    """The way that the process usually takes, by the order in which its pairs are told, to a final state if it can."""
    way, seen = [first], {first}
    while way[-1] not in last:
        following = [target for target in pairs.get(way[-1], ()) if target not in seen]
        going_on = [target for target in following if target not in last]
        chosen = next(iter(going_on or following), None)
        if chosen is None:
            break
        way.append(chosen)
        seen.add(chosen)
    return way
