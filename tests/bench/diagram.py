"""How long it takes until a workflow is drawn, beside the two seconds that it may take."""

import gc
import statistics
import time

from modules.workflow.diagram.layout import _lay_out
from modules.workflow.diagram.ordering import ordered
from modules.workflow.diagram.sketch import sketch
from modules.workflow.diagram.svg import draw
from modules.workflow.flows import flow_of
from modules.workflow.graph import WorkflowGraph
from tests.bench import Measurement, benchmark
from tests.workflow.sound import large

ROUNDS, ALLOWED = 7, 2.0


def drawn(graph: WorkflowGraph, around: str = "") -> tuple[float, str]:
    """The median of several drawings of which nothing is known yet, and what was drawn."""
    taken = []
    for _ in range(ROUNDS):
        _lay_out.cache_clear()
        ordered.cache_clear()
        gc.collect()
        begin = time.perf_counter()
        sketched = sketch(graph, around=around)
        if not draw(sketched):
            raise AssertionError("nothing was drawn")
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken), f"{len(sketched.graph.states)} of {len(graph.states)} states"


@benchmark("diagram", aim=1)
def diagram() -> Measurement:
    """200 states and 1,000 transitions: what lies around one of them."""
    taken, what = drawn(large(200), "s77")
    return Measurement(taken, ALLOWED, f"1,000 transitions, {what} drawn")


@benchmark("diagram_order", aim=1)
def diagram_order() -> Measurement:
    """The film order, which is drawn whole."""
    taken, what = drawn(flow_of("films.order").graph)
    return Measurement(taken, ALLOWED, what)
