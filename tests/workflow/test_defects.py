"""The stories of the engine can fail: every seeded defect is noticed by its story, which the sane engine passes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import SYSTEM, Actor
from modules.workflow.api import start
from tests.workflow.app.models import Knot
from tests.workflow.conftest import as_actor
from tests.workflow.defects import DEFECTS, RACES
from tests.workflow.knotted import knots, seen  # noqa: F401 - a fixture
from tests.workflow.scenarios import World
from tests.workflow.seeded import Defect, seed

Make = Callable[..., Any]


@pytest.fixture
def world(
    knots: None,  # noqa: F811
    at: datetime,
    make_parcel: Make,
    make_slip: Make,
    clerk: User,
    inspector: User,
    ana: User,
) -> World:
    def make_knot() -> Knot:
        knot = Knot.objects.create()
        start(knot, actor=SYSTEM, at=at)
        return knot

    return World(
        at, make_parcel, make_slip, make_knot, as_actor(clerk), as_actor(inspector), Actor.guest("stranger"), seen
    )


def named(defect: Defect) -> str:
    return defect.name


def test_there_are_at_least_twenty() -> None:
    assert len({defect.name for defect in DEFECTS + RACES}) == len(DEFECTS + RACES) >= 20


@pytest.mark.django_db
@pytest.mark.parametrize(
    "story", dict.fromkeys(defect.caught_by for defect in DEFECTS), ids=lambda story: story.__name__
)
def test_the_sane_engine_passes(story: Callable[[World], None], world: World) -> None:
    story(world)


@pytest.mark.django_db
@pytest.mark.parametrize("defect", DEFECTS, ids=named)
def test_a_seeded_defect_is_noticed(defect: Defect, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seed(defect, monkeypatch)
    with pytest.raises(AssertionError):
        defect.caught_by(world)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("defect", RACES, ids=named)
def test_a_race_is_won_once_and_noticed_where_it_is_not(
    defect: Defect, world: World, monkeypatch: pytest.MonkeyPatch, parallel: Callable[..., list[Any]]
) -> None:
    defect.caught_by(world, parallel)
    seed(defect, monkeypatch)
    with pytest.raises(AssertionError):
        defect.caught_by(world, parallel)
