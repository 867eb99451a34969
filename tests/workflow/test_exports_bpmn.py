"""A workflow as BPMN 2.0: our parts in its elements, everything placed, read by others without a warning."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from modules.workflow.exports.bpmn import bpmn
from modules.workflow.exports.bpmn.elements import iso
from modules.workflow.exports.bpmn.mapping import identifier
from modules.workflow.exports.bpmn.repeats import cycle
from modules.workflow.flows import flows
from modules.workflow.graph import Repeat, StateNode, Transition, Wait, WorkflowGraph
from tests.workflow.exported import everything
from tests.workflow.outside_tools import node
from tests.workflow.test_comparing import full_graphs

IN_HOURS = Wait(timedelta(hours=8), calendar="shop")
MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*\Z")
PARSE = """
import { BpmnModdle } from 'MODULES/bpmn-moddle/dist/index.js';
import fs from 'fs';
const read = await new BpmnModdle().fromXML(fs.readFileSync(process.argv[1], 'utf8'));
const process_ = read.rootElement.rootElements.find(element => element.$type === 'bpmn:Process');
const shown = read.rootElement.diagrams[0].plane.planeElement;
console.log(JSON.stringify({
  warnings: read.warnings.map(warning => warning.message),
  elements: process_.flowElements.length, shapes: shown.length, bare: shown.filter(each => !each.bpmnElement).length,
}));
"""


def elements(text: str) -> dict[str, ET.Element]:
    """Elements of the process by id."""
    process = ET.fromstring(text).find(f"{MODEL}process")
    assert process is not None
    return {element.attrib["id"]: element for element in process.iter() if "id" in element.attrib}


def kinds(text: str) -> dict[str, str]:
    return {key: element.tag.removeprefix(MODEL) for key, element in elements(text).items()}


def test_each_part_of_ours_is_an_element_of_bpmn() -> None:
    found = kinds(bpmn(everything()))
    expected = {
        "Start": "startEvent",
        "State-submitted": "eventBasedGateway",
        "State-triage": "subProcess",
        "Task-look-triage": "userTask",
        "Task-vote-triage": "userTask",
        "State-second": "userTask",
        "State-checked": "exclusiveGateway",
        "State-approved": "endEvent",
        "Step-hand_in-submitted": "intermediateCatchEvent",
        "Step-late-triage": "boundaryEvent",
        "Flow-vote.no-triage": "sequenceFlow",
        "Repeat-remind": "serviceTask",
        "Cycle-remind-triage": "boundaryEvent",
        "Promise-fast": "textAnnotation",
    }
    assert {key: found[key] for key in expected} == expected
    assert "Step-vote.no-triage" not in found


def test_what_starts_an_event_is_said_as_bpmn_says_it() -> None:
    found = elements(bpmn(everything()))
    timer = found["Step-late-triage"].find(f"{MODEL}timerEventDefinition/{MODEL}timeDuration")
    message = found["Step-paid-submitted"].find(f"{MODEL}messageEventDefinition")
    several = found["Task-vote-triage"].find(f"{MODEL}multiInstanceLoopCharacteristics")
    assert timer is not None
    assert timer.text == "P5D"
    assert message is not None
    assert message.attrib["messageRef"] == "Message-payment.settled"
    assert several is not None
    assert several.attrib["isSequential"] == "false"
    assert several.findtext(f"{MODEL}completionCondition") == "More than half of them have to agree."
    assert found["Step-late-triage"].attrib["attachedToRef"] == "State-triage"


def test_what_comes_again_is_a_timer_that_leaves_its_state_running() -> None:
    found = elements(bpmn(everything()))
    timer = found["Cycle-remind-triage"]
    assert (timer.attrib["attachedToRef"], timer.attrib["cancelActivity"]) == ("State-triage", "false")
    assert found["Again-remind-triage"].attrib["targetRef"] == "Repeat-remind"


@pytest.mark.parametrize(
    ("repeat", "kind", "text"),
    [
        (Repeat("r", "R", ("a",), Wait(days=1), Wait(days=1), 3), "timeCycle", "R3/P1D"),
        (Repeat("r", "R", ("a",), Wait(days=1), Wait(days=1), 0), "timeCycle", "R/P1D"),
        (Repeat("r", "R", ("a",), IN_HOURS, IN_HOURS, 2), "timeCycle", "R2/PT8H (shop)"),
        (Repeat("r", "R", ("a",), Wait(days=2), Wait(days=1), 3), "timeCycle", "R3/record.state_since + P2D/P1D"),
        (Repeat("r", "R", ("a",), Wait(days=-2, field="due_on"), Wait(days=1), 3), "timeCycle",
         "R3/record.due_on - P2D/P1D"),
        (Repeat("r", "R", ("a",), Wait(days=2)), "timeDuration", "P2D"),
    ],
)  # fmt: skip
def test_the_cycle_of_a_repetition(repeat: Repeat, kind: str, text: str) -> None:
    written = ET.fromstring(cycle(repeat).replace("bpmn:", "").replace("xsi:", ""))
    assert (written.tag, written.text) == (kind, text)


def test_where_no_timer_can_sit_a_note_says_what_comes_again() -> None:
    states = (StateNode("a", "A", "initial"), StateNode("b", "B"), StateNode("z", "Z", "final"))
    ways = (Transition("go", "Go", ("a",), "z"), Transition("on", "On", ("a",), "b"), Transition("e", "E", ("b",), "z"))
    graph = WorkflowGraph("k.k", 1, "k.k", "K", "", states, ways, repeats=(Repeat("r", "Again", ("a",), Wait(days=2)),))
    assert kinds(bpmn(graph))["Note-r"] == "textAnnotation"


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25, deadline=None)
@given(full_graphs())
def test_every_shape_has_bounds_every_flow_waypoints_every_reference_an_end(graph: WorkflowGraph) -> None:
    text = bpmn(graph)
    root, found = ET.fromstring(text), elements(text)
    drawn = {
        element.attrib["bpmnElement"]: element
        for element in root.iter()
        if element.tag in (f"{DI}BPMNShape", f"{DI}BPMNEdge")
    }
    shown = (
        "Event",
        "Gateway",
        "userTask",
        "serviceTask",
        "subProcess",
        "sequenceFlow",
        "textAnnotation",
        "association",
    )
    assert set(drawn) == {key for key, element in found.items() if element.tag.endswith(shown)}
    for element in drawn.values():
        parts = [child.tag.partition("}")[2] for child in element]
        assert parts[0] == "Bounds" if element.tag == f"{DI}BPMNShape" else parts.count("waypoint") >= 2
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    assert all(map(NCNAME.match, ids))
    for element in found.values():
        for name in ("sourceRef", "targetRef", "attachedToRef"):
            assert element.attrib.get(name, "Start") in found


def test_different_keys_have_different_and_valid_ids() -> None:
    keys = ["a b", "a-b", "a.b", "a_b", "ä", "1", "a-20-b"]
    found = [identifier("State", key) for key in keys]
    assert len(set(found)) == len(keys)
    assert all(map(NCNAME.match, found))


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (Wait(), "PT0S"),
        (Wait(days=2), "P2D"),
        (Wait(days=-2), "-P2D"),
        (Wait(months=1, days=3), "P1M3D"),
    ],
)
def test_lengths_are_iso_8601(wait: Wait, text: str) -> None:
    assert iso(wait) == text


def test_what_xml_cannot_hold_does_not_break_it() -> None:
    states = (StateNode("a", "A <b>&\"\x00'\ufffe", "initial"), StateNode("z", "Z", "final"))
    graph = WorkflowGraph('k"<k>', 1, "k.k", "K]]>", "", states, (Transition("go", "<go>", ("a",), "z"),))
    assert elements(bpmn(graph))["State-a"].attrib["name"] == "A <b>&\"'"


@pytest.mark.parametrize("key", ["films.order", "films.shipment", "parcels.parcel", ""])
def test_bpmn_moddle_reads_it_without_a_warning(key: str, tmp_path: Path) -> None:
    graph: Any = flows[key].graph if key else everything()
    file, text = tmp_path / "flow.bpmn", bpmn(graph)
    file.write_text(text)
    root = ET.fromstring(text)
    process = root.find(f"{MODEL}process")
    assert process is not None
    apart = {f"{MODEL}{name}" for name in ("documentation", "textAnnotation", "association")}
    assert node(PARSE, file) == {
        "warnings": [],
        "elements": len([child for child in process if child.tag not in apart]),
        "shapes": len([element for element in root.iter() if element.tag in (f"{DI}BPMNShape", f"{DI}BPMNEdge")]),
        "bare": 0,
    }
