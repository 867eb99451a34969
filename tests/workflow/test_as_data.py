"""Workflows as data: out and in again, refused with the place, compared; the shop's own tests pass on their JSON."""

import json
import os
import re
import subprocess
import sys
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from modules.workflow.flows import flow_of, flows
from modules.workflow.graph import WorkflowGraph
from modules.workflow.models import Definition
from modules.workflow.publishing import BadDefinition, graph_from, problems_of, save_draft
from tests.workflow.repairs.stage import FOLDER, KEY, data_of, repairs_running

ROOT = Path(__file__).parent.parent.parent
FIRES = re.compile(r"\b(fire|complete|start|ask_refund|suggest)\(|\.(buy|deliver)\(")
"""How a test file moves a record by its workflow. Only that of the demo data does it otherwise: by hundreds of steps of
the same kind in minutes, of which it asks nothing."""


def files_that_fire() -> list[str]:
    """Every test file of the films, of billing and of the suggestions that moves records."""
    found = [path for name in ("films", "billing", "suggestions") for path in (ROOT / "tests" / name).glob("test_*.py")]
    return sorted(str(path.relative_to(ROOT)) for path in found if FIRES.search(path.read_text()))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("workflow", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(data: Any) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return str(path)

    return write


@pytest.mark.slow
@pytest.mark.any_database
def test_the_flows_of_the_shop_as_data_pass_their_own_tests(tmp_path: Path) -> None:
    """In a process of its own, where every workflow of the code has been replaced by what its JSON says."""
    files = files_that_fire()
    assert len(files) >= 13
    environment = {**os.environ, "TEST_RUN_DIR": str(tmp_path), "PYTEST_XDIST_WORKER": "main"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-p", "tests.flows_as_data", *files],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert "billing.refund, films.order, films.shipment" in done.stdout
    assert "suggestions.suggestion" in done.stdout
    assert " passed" in done.stdout
    assert " failed" not in done.stdout


def test_every_flow_of_the_code_is_read_back_equal() -> None:
    for flow in flows:
        again = graph_from(flow.graph.to_json())
        assert again.to_json() == flow.graph.to_json()
        assert (again.hash, again.behaviour) == (flow.graph.hash, flow.graph.behaviour)


def test_words_of_data_are_read_in_the_readers_language() -> None:
    graph = graph_from(flow_of("films.order").graph.to_json())
    with translation.override("es"):
        assert [str(state.title) for state in graph.states] == [
            str(state.title) for state in flow_of("films.order").declared.states
        ]
        assert str(graph.state("paid").title) != "Paid"
        assert '"Paid"' in graph.to_json()


@pytest.mark.django_db
def test_what_is_exported_is_imported_again(file: Any, at: datetime) -> None:
    text = run("export", "films.order")
    assert text.strip() == flow_of("films.order").graph.to_json()
    assert json.loads(run("export", "films.order", "--pretty")) == json.loads(text)
    data = json.loads(text) | {"title": "Order of films"}
    said = run("import", file(data))
    draft = Definition.objects.get(hash=WorkflowGraph.from_data(data).hash)
    assert said.split()[1:] == [draft.hash, "draft"]
    assert draft.source == "data"
    assert flow_of("films.order").graph is flow_of("films.order").declared


@pytest.mark.django_db
def test_a_dry_run_keeps_nothing(file: Any) -> None:
    assert "sound, 4 states, 3 transitions" in run("import", file(data_of(1)), "--dry-run")
    assert not Definition.objects.filter(key=KEY).exists()


@pytest.mark.django_db
def test_publishing_lets_new_records_start_on_it(file: Any, at: datetime) -> None:
    with repairs_running(at):
        said = run("import", file(data_of(2)), "--publish", "--note", "Second look")
        assert said.startswith("repairs.request@2 ")
        assert (flow_of(KEY).graph.version, Definition.objects.get(version=2, key=KEY).note) == (2, "Second look")
        assert json.loads(run("export", KEY, "--version", "1"))["version"] == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"transitions": 1, "guards": [{"expression": "record.price > 1"}]}, "transition:approve"),
        ({"transitions": 1, "guards": [{"expression": "record.title + 1 > 2"}]}, "transition:approve"),
        ({"transitions": 1, "guards": [{"name": "repairs.no_such_guard"}]}, "transition:approve"),
        ({"transitions": 1, "effects": ["repairs.no_such_action"]}, "transition:approve"),
        ({"transitions": 1, "target": "nowhere"}, "transition:approve"),
        ({"transitions": 1, "by": []}, "transition:approve"),
        ({"tasks": 0, "states": ["nowhere"]}, "task:review"),
    ],
    ids=["no such field", "wrong type", "no such guard", "no such action", "no such state", "nobody", "task nowhere"],
)
def test_what_is_unsound_is_refused_with_its_place(file: Any, change: dict[str, Any], place: str) -> None:
    data, (part, number) = data_of(1), next(iter(change.items()))
    data[part][number] |= {name: value for name, value in change.items() if name != part}
    err = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("workflow", "import", file(data), stderr=err, stdout=StringIO())
    assert refused.value.returncode == 2
    assert f"error: {KEY} {place}" in err.getvalue()
    assert not Definition.objects.filter(key=KEY).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("no json", "Expecting value"),
        ("[]", "A JSON object is expected"),
        ({"format": 9}, "workflow format 9"),
        ({"format": 2, "key": "a.b", "version": 1}, "“record_type” is missing"),
        ({"format": 2, "key": "a.b", "version": 1, "record_type": "a.b", "states": []}, "states: None of its states"),
    ],
)
def test_what_is_no_workflow_says_why(file: Any, data: Any, words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        run("import", file(data))
    assert refused.value.returncode == 2
    with pytest.raises(BadDefinition):
        graph_from(data)


@pytest.mark.django_db
def test_records_of_another_workflow_and_of_no_module_are_refused(at: datetime) -> None:
    with repairs_running(at):
        other = graph_from(data_of(1) | {"key": "repairs.other"})
        assert [finding.code for finding in problems_of(other)] == ["record_type_taken"]
    nothing = graph_from(data_of(1) | {"record_type": "nobody.knows"})
    assert [finding.code for finding in problems_of(nothing)] == ["unknown_record_type"]


@pytest.mark.django_db
def test_two_versions_or_files_are_compared(at: datetime) -> None:
    with repairs_running(at):
        new = str(FOLDER / "version_2.json")
        assert "State “In review” is now “Triage”" in run("diff", f"{KEY}@1", new)
        changes = json.loads(run("diff", KEY, new, "--format", "json"))
        places = {change["place"] for change in changes}
        assert "repeats.remind.wait" in places
        assert any(place.startswith("states.triage") for place in places)
        assert run("diff", KEY, f"{KEY}@1", "--exit-code") == ""
        with pytest.raises(CommandError) as told:
            run("diff", KEY, new, "--exit-code")
        assert told.value.returncode == 4
        with pytest.raises(CommandError, match="There is no version 7"):
            run("diff", KEY, f"{KEY}@7")


@pytest.mark.django_db
def test_the_command_moves_records_and_takes_them_back(at: datetime) -> None:
    from modules.core import clock
    from tests.workflow.repairs.models import RepairRequest
    from tests.workflow.repairs.stage import fifty_in_review, somebody

    with repairs_running(at), clock.frozen(at):
        fifty_in_review(somebody("clerk", "Carla"), at, many=4)
        draft = save_draft(graph_from(data_of(2)), at=at)
        said = run("transfer", draft.hash, "--timers", "recompute")
        assert "4  In review → Triage" in said
        assert "2 timers would be due at once (recompute, spread)" in said
        assert RepairRequest.objects.filter(state="triage").count() == 0
        with pytest.raises(CommandError) as refused:
            run("transfer", draft.hash, "--map", "in_review=nowhere", "--apply")
        assert refused.value.returncode == 3
        said = run("transfer", draft.hash, "--apply", "--wait")
        assert "done, 4 of 4 done, 0 refused" in said
        assert RepairRequest.objects.filter(state="triage", workflow_version=2).count() == 4
        run("transfer", KEY, "--undo", said.split()[1].rstrip(":"), "--wait")
        assert RepairRequest.objects.filter(state="in_review", workflow_version=1).count() == 4
