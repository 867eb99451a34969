"""BPMN as its readers see it: rendered by bpmn-js in a real browser."""

import pytest
from playwright.sync_api import Page

from modules.workflow.exports.bpmn import bpmn
from modules.workflow.flows import flows
from tests.workflow.exported import everything
from tests.workflow.outside_tools import bpmn_modules

pytestmark = [pytest.mark.browser, pytest.mark.any_database]
RENDER = """async xml => {
  const viewer = new BpmnJS({container: '#place'});
  const read = await viewer.importXML(xml);
  viewer.get('canvas').zoom('fit-viewport');
  const shown = viewer.get('elementRegistry').getAll();
  return {warnings: read.warnings.map(each => each.message), shown: shown.map(each => each.id)};
}"""


@pytest.mark.parametrize("key", ["films.order", "films.shipment", ""])
def test_bpmn_js_draws_every_element(page: Page, key: str) -> None:
    graph = flows[key].graph if key else everything()
    viewer = bpmn_modules() / "bpmn-js" / "dist"
    page.set_content('<div id="place" style="height: 600px"></div>')
    page.add_style_tag(path=viewer / "assets" / "diagram-js.css")
    page.add_script_tag(path=viewer / "bpmn-viewer.production.min.js")
    drawn = page.evaluate(RENDER, bpmn(graph))
    assert drawn["warnings"] == []
    assert {f"State-{state.key}" for state in graph.states} <= set(drawn["shown"])
    assert "Start" in drawn["shown"]
    for state in graph.states:
        box = page.locator(f'[data-element-id="State-{state.key}"]').bounding_box()
        assert box is not None
        assert box["width"] > 0
