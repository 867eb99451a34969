"""The world of a random workflow: a few records, a few people, a clock that jumps, and what may break at any moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from hypothesis import reject
from hypothesis.stateful import RuleBasedStateMachine, initialize

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.core.models import OutboxMessage
from modules.workflow import flows
from modules.workflow.api import AutomaticLoop, Refused, start
from modules.workflow.flows import Flow
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import EarlyEvent, HistoryEntry, SlaClock, Task, Timer
from tests.workflow.app.models import Knot, Stamp
from tests.workflow.conftest import role_group
from tests.workflow.graphs import graphs

TABLES = (Knot, HistoryEntry, Timer, Task, OutboxMessage, Stamp, SlaClock, EarlyEvent)
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK")
BROKEN = (Refused, OSError, AutomaticLoop)


class Crash(OSError):
    """The statement that the database was not given any more."""


@contextmanager
def crashing(after: int) -> Iterator[None]:
    """Let the n-th statement of a step fail, whichever it is; 0: none."""
    left = after

    def run(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal left
        if not sql.startswith(FRAME):
            left -= 1
            if left == 0:
                raise Crash(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(run):
        yield


class World(RuleBasedStateMachine):
    """Three records of one random workflow. What happens to them, and what must hold, is told by the subclasses."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.flow: Flow | None = None
        self.graphs: dict[int, WorkflowGraph] = {}
        """Every version that has been the present one."""
        self.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        self.results: dict[tuple[int, str, str], Any] = {}

    def teardown(self) -> None:
        if self.flow is not None:
            flows.unregister(self.flow)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(graph=graphs())
    def begin(self, graph: WorkflowGraph) -> None:
        """A graph whose automatic transitions break or loop at the very start is no case for the rest."""
        self.flow = flows.register(Flow(graph, Knot))
        self.graphs[graph.version] = graph
        clerks = [User.objects.create(email=f"{name}@example.test") for name in ("clerk", "ana", "bo")]
        for clerk in clerks:
            clerk.groups.add(role_group("parcels.clerk"))
        self.knots = [Knot.objects.create() for _ in range(3)]
        grants = frozenset({f"parcels.knot:{self.knots[0].pk}"})
        self.actors = [
            SYSTEM, Actor.of(clerks[0]), Actor.guest("guest", grants), Actor.guest("stranger"), Actor.of(clerks[1]),
            Actor.of(clerks[2]),
        ]  # fmt: skip
        for knot in self.knots:
            try:
                start(knot, actor=SYSTEM, at=self.now)
            except (OSError, AutomaticLoop):
                reject()

    def attempt(self, action: Callable[[], Any], crash: int = 0) -> Any:
        """Do something that may be refused or may break: then nothing at all may have changed."""
        before = self.picture()
        memory = [dict(knot.__dict__) for knot in self.knots]
        try:
            with crashing(crash):
                return action()
        except BROKEN:
            pass
        assert self.picture() == before
        assert [dict(knot.__dict__) for knot in self.knots] == memory
        return None

    def picture(self) -> Any:
        """Everything that the engine and its effects have written."""
        return [list(table.objects.order_by("pk").values()) for table in TABLES]

    def graph_of(self, knot: Any) -> WorkflowGraph:
        """The version that a record runs on, as the test knows it."""
        return self.graphs[knot.workflow_version]
