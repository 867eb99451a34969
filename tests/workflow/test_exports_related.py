"""Object-centric logs: a record's log holds its parent's and its children's events, as far as they may be seen."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modules.films.models import Shipment
from modules.workflow import flows
from modules.workflow.exports.ocel import ocel
from modules.workflow.flows import flow_of
from modules.workflow.models import HistoryEntry
from tests.factories.shop import Shop
from tests.workflow.outside_tools import pm4py
from tests.workflow.test_exports_logs import READ_OCEL

pytestmark = pytest.mark.django_db


@pytest.fixture
def alone() -> Iterator[flows.Flow]:
    """Shipments that report to nobody."""
    old = flow_of("films.shipment")
    flows.unregister(old)
    new = flows.register(flows.Flow(replace(old.graph, parent=""), Shipment))
    try:
        yield new
    finally:
        flows.unregister(new)
        flows.register(old)


def ties(log: dict[str, Any], part: str, qualifier: str) -> set[tuple[str, str]]:
    return {
        (entry["id"], tie["objectId"])
        for entry in log[part]
        for tie in entry["relationships"]
        if tie["qualifier"] == qualifier
    }


@pytest.mark.parametrize("key", ["films.order", "films.shipment"])
def test_parents_and_children_stand_in_one_log(shop: Shop, key: str, tmp_path: Path) -> None:
    order = shop.buy(shop.edition())
    shipment = Shipment.objects.get(order=order)
    file = tmp_path / "log.jsonocel"
    file.write_text("".join(ocel(flow_of(key))))
    log = json.loads(file.read_text())
    tie = (f"films.shipment:{shipment.pk}", f"films.order:{order.pk}")
    assert ties(log, "objects", "parent") == {tie}
    rows = HistoryEntry.objects.filter(record_type="films.shipment")
    assert {(f"step:{row.pk}", tie[1]) for row in rows} <= ties(log, "events", "parent")
    read = pm4py(READ_OCEL, file)
    assert {"films.order", "films.shipment"} <= set(read["types"])
    assert read["objects"] == len(log["objects"])
    assert read["o2o"] == sum(len(entry["relationships"]) for entry in log["objects"])


def test_what_may_not_be_seen_is_neither_there_nor_named(shop: Shop) -> None:
    shop.buy(shop.edition())
    text = "".join(ocel(flow_of("films.shipment"), may_see=lambda flow: flow.graph.key != "films.order"))
    assert "films.shipment:" in text
    assert "films.order" not in text


def test_a_record_without_a_parent_field_stands_alone(alone: flows.Flow, shop: Shop) -> None:
    shop.buy(shop.edition())
    log = json.loads("".join(ocel(alone)))
    assert {entry["name"] for entry in log["objectTypes"]} == {"films.shipment", "task", "person"}
