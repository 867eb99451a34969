"""How long the proof of a workflow with 200 states and 1,000 transitions takes, beside the second that it may take."""

import gc
import statistics
import time

from modules.workflow.soundness import findings
from tests.bench import Measurement, benchmark
from tests.workflow.app.models import Knot
from tests.workflow.sound import large

ROUNDS = 15


@benchmark("soundness", aim=1)
def soundness() -> Measurement:
    """The median of several proofs; each graph is made anew, so that nothing of it is known."""
    taken = []
    for _ in range(ROUNDS):
        graph = large(200)
        gc.collect()
        begin = time.perf_counter()
        found = findings(graph, Knot)
        taken.append(time.perf_counter() - begin)
    return Measurement(statistics.median(taken), 1.0, f"200 states, 1,000 transitions, {len(found)} findings")
