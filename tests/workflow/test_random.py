"""Random workflows under random people, clocks, duplicates, crashes and versions: the truths hold after every step.

`RANDOM_EXAMPLES=500 RANDOM_STEPS=50` looks deeper than the suite does.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.workflow.random_deeds import Deeds
from tests.workflow.random_truths import Truths

EXAMPLES, STEPS = int(os.environ.get("RANDOM_EXAMPLES", "25")), int(os.environ.get("RANDOM_STEPS", "20"))


class Engine(Deeds, Truths):
    """Whatever happens, everything that must hold does."""


@pytest.mark.slow
@pytest.mark.django_db
def test_no_interleaving_breaks_an_invariant() -> None:
    """Inside the test's transaction; each example undoes its own work."""
    chosen = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Engine, settings=chosen)
