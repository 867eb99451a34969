"""Walking a graph: closures and strong components, each state and each way looked at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from modules.workflow.graph import WorkflowGraph

Ways = Mapping[str, Collection[str]]


def forward(graph: WorkflowGraph) -> dict[str, set[str]]:
    """From each state, the states one step on."""
    ways: dict[str, set[str]] = {}
    for transition in graph.transitions:
        for source in transition.sources:
            ways.setdefault(source, set()).add(transition.target)
    return ways


def backward(graph: WorkflowGraph) -> dict[str, set[str]]:
    """To each state, the states one step before."""
    ways: dict[str, set[str]] = {}
    for transition in graph.transitions:
        ways.setdefault(transition.target, set()).update(transition.sources)
    return ways


def closure(start: Iterable[str], ways: Ways) -> set[str]:
    """Everything that can be reached."""
    reached = set(start)
    waiting = list(reached)
    while waiting:
        for state in ways.get(waiting.pop(), ()):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached


def circles(ways: Ways) -> Iterator[frozenset[str]]:
    """The strong components in which something can go round: Tarjan's algorithm without recursion."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in ways:
        if root in order:
            continue
        walk = [(root, iter(ways.get(root, ())))]
        _open(root, order, low, path, on_path)
        while walk:
            state, rest = walk[-1]
            step = next(rest, None)
            if step is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[state])
                if low[state] == order[state]:
                    found = _close(state, path, on_path)
                    if len(found) > 1 or state in ways.get(state, ()):
                        yield found
            elif step not in order:
                _open(step, order, low, path, on_path)
                walk.append((step, iter(ways.get(step, ()))))
            elif step in on_path:
                low[state] = min(low[state], order[step])


def _open(state: str, order: dict[str, int], low: dict[str, int], path: list[str], on_path: set[str]) -> None:
    order[state] = low[state] = len(order)
    path.append(state)
    on_path.add(state)


def _close(state: str, path: list[str], on_path: set[str]) -> frozenset[str]:
    found: list[str] = []
    while not found or found[-1] != state:
        found.append(path.pop())
        on_path.discard(found[-1])
    return frozenset(found)
