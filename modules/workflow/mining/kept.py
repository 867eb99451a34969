"""Figures that took long to compute, kept for a minute; pages say of when they are."""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache

from modules.workflow.flows import Flow
from modules.workflow.mining.figures import Figures, measure
from modules.workflow.mining.paths import read_paths
from modules.workflow.mining.scope import Scope

KEPT = 60
LONG = 0.2
"""Seconds. What is quicker is computed each time."""


@dataclass(frozen=True)
class Taken:
    """Figures, and when they were taken; `is_kept` where that was not just now."""

    figures: Figures
    at: datetime
    is_kept: bool = False


def figures_of(flow: Flow, scope: Scope, at: datetime) -> Taken:
    """The figures of a scope, as they are or as they were a minute ago at most."""
    name = f"{flow.graph.record_type}:{flow.graph.hash}:{scope!r}:{scope.began!r}"
    key = f"workflow.process:{hashlib.sha256(name.encode()).hexdigest()}"
    kept = cache.get(key)
    if isinstance(kept, Taken):
        return kept
    begin = time.monotonic()
    figures = measure(read_paths(flow, scope))
    if time.monotonic() - begin > LONG:
        cache.set(key, Taken(figures, at, is_kept=True), KEPT)
    return Taken(figures, at)
