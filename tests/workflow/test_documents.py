"""Documents of hostile and of clumsy authors: each is refused with a code and the place, and leaves nothing behind."""

import json
import sys
import time
from collections.abc import Callable
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from modules.core.models import AuditEntry
from modules.workflow.graph import WorkflowGraph
from modules.workflow.graph.documents import LONGEST
from modules.workflow.graph.schema import document_schema
from modules.workflow.models import Definition
from modules.workflow.publishing import BadDefinition, graph_from
from tests.workflow.repairs.stage import KEY, data_of

DOCS = Path(__file__).parents[2] / "docs"
Change = Callable[[dict[str, Any]], Any]


def changed(change: Change) -> str:
    data = data_of(1)
    return json.dumps(change(data) or data)


def at(*place: Any, put: Any) -> Change:
    """The document with something else at a place."""

    def change(data: dict[str, Any]) -> None:
        found: Any = data
        for step in place[:-1]:
            found = found[step]
        found[place[-1]] = put

    return change


def deep(levels: int) -> Any:
    made: Any = 1
    for _level in range(levels):
        made = [made]
    return made


def effect(value: Any) -> list[Any]:
    return [{"name": "workflow.set_field", "params": {"field": "title", "value": value}}]


TITLED = '{"format": 2, "key": "a.b", "version": 1, "record_type": "a.b", "states": [%s]}'
REFUSED: dict[str, tuple[str | Change, str, str]] = {
    "empty": ("", "document_syntax", ""),
    "half a text": ('{"format": 2, "key": ', "document_syntax", "line 1, column 22"),
    "a comment": ('{"format": 2 // the second\n}', "document_syntax", "line 1, column 14"),
    "a list": ("[]", "document_wrong_kind", ""),
    "nothing": ("null", "document_wrong_kind", ""),
    "a hundred thousand brackets": ("[" * 100_000, "document_too_deep", ""),
    "deep in a parameter": (at("transitions", 0, "effects", put=effect(deep(40))), "document_too_deep",
                            "transitions[0].effects[0].params.value"),
    "three million characters": ('"' + "x" * (LONGEST + 1) + '"', "document_too_large", ""),
    "a key twice": (TITLED % '{"key": "x", "title": "One", "title": "Two", "kind": "initial"}',
                    "document_duplicate_key", "states[0].title"),
    "not a number": (at("tasks", 0, "due", put=float("nan")), "document_no_number", "tasks[0].due"),
    "infinity": (TITLED.replace("1,", "1e999,") % "", "document_no_number", "version"),
    "a number of ten thousand digits": (TITLED.replace("1,", "9" * 10_000 + ",") % "", "document_no_number", ""),
    "a number beyond 64 bits": (at("transitions", 0, "effects", put=effect(2**70)), "document_no_number",
                                "transitions[0].effects[0].params.value"),
    "half a character": (TITLED % '{"key": "x", "title": "\\ud800", "kind": "initial"}', "document_character",
                         "states[0].title"),
    "the character zero": (at("states", 0, "title", put="a\x00b"), "document_character", "states[0].title"),
    "the character zero in a name": (lambda data: data | {"ke\x00y": 1}, "document_character", ""),
    "another format": (lambda data: data | {"format": 3}, "document_format", "format"),
    "true as format": (lambda data: data | {"format": True}, "document_format", "format"),
    "no format": (lambda data: data.pop("format") and None, "document_format", "format"),
    "no key": (lambda data: data.pop("key") and None, "document_missing", "key"),
    "a misspelt name": (at("transitions", 0, "guard", put=[]), "document_unknown_key", "transitions[0].guard"),
    "a misspelt name above": (lambda data: data | {"transition": []}, "document_unknown_key", "transition"),
    "an object for a list": (lambda data: data | {"states": {"open": {}}}, "document_wrong_kind", "states"),
    "a text for a list": (at("transitions", 0, "sources", put="submitted"), "document_wrong_kind",
                          "transitions[0].sources"),
    "a number for a text": (at("states", 0, "key", put=7), "document_wrong_kind", "states[0].key"),
    "a list for a key": (at("states", 0, "key", put=["x"]), "document_wrong_kind", "states[0].key"),
    "a text for yes": (at("transitions", 0, "destructive", put="no"), "document_wrong_kind",
                       "transitions[0].destructive"),
    "yes for a number": (lambda data: data | {"version": True}, "document_wrong_kind", "version"),
    "a fraction for a whole": (lambda data: data | {"version": 1.5}, "document_wrong_kind", "version"),
    "version nought": (lambda data: data | {"version": 0}, "document_out_of_range", "version"),
    "no such kind": (at("transitions", 0, "kind", put="magic"), "document_choice", "transitions[0].kind"),
    "nothing where words are": (at("states", 0, "title", put=None), "document_wrong_kind", "states[0].title"),
    "an empty key": (at("states", 0, "key", put=""), "document_empty", "states[0].key"),
    "a key of a page": (at("states", 0, "key", put="k" * 61), "document_too_long", "states[0].key"),
    "words of a book": (at("states", 0, "title", put="w" * 2_001), "document_too_long", "states[0].title"),
    "a wait of a million years": (at("tasks", 0, "due", put=3.2e13), "document_out_of_range", "tasks[0].due"),
    "a wait beyond time": (at("tasks", 0, "due", put={"amount": 1e300}), "document_no_number", "tasks[0].due.amount"),
    "days without end": (at("tasks", 0, "due", put={"days": 10**9}), "document_out_of_range", "tasks[0].due.days"),
    "an actor that is a text": (at("transitions", 0, "by", put=["staff"]), "document_wrong_kind",
                                "transitions[0].by[0]"),
    "no initial state": (at("states", 0, "kind", put="normal"), "document_no_beginning", "states"),
    "no language": (at("states", 0, "title", put={"English": "Sent"}), "document_name", "states[0].title.English"),
    "no text in any language": (at("states", 0, "title", put={}), "document_empty", "states[0].title"),
    "states without number": (lambda data: data | {"states": [{"key": "s", "title": "s"}] * 1_001},
                              "document_too_many", "states"),
}  # fmt: skip


def refused(text: str | bytes, tmp_path: Path, verb: str = "import", *more: str) -> tuple[CommandError, str]:
    path, err = tmp_path / "given.json", StringIO()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CommandError) as told:
        call_command("workflow", verb, str(path), *more, stdout=StringIO(), stderr=err)
    return told.value, err.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_a_code_and_the_place(case: str, tmp_path: Path) -> None:
    given_, code, place = REFUSED[case]
    text = given_ if isinstance(given_, str) else changed(given_)
    before = (Definition.objects.count(), AuditEntry.objects.count())
    began = time.monotonic()
    error, said = refused(text, tmp_path, "import", "--publish")
    assert (error.returncode, "Traceback" in said) == (2, False)
    first = said.splitlines()[0]
    assert first.endswith(f"[{code}]")
    assert first.startswith(f"error: {place}") if "line" not in place else place in first
    assert len(str(error)) < 400
    assert time.monotonic() - began < 5
    assert (Definition.objects.count(), AuditEntry.objects.count()) == before
    again, said = refused(text, tmp_path, "diff", str(tmp_path / "given.json"))
    assert (again.returncode, said.splitlines()[0]) == (2, first)


def test_every_fault_is_told_at_once_with_what_was_probably_meant() -> None:
    data = data_of(1)
    data["tranistions"] = data["transitions"]
    data["states"][0]["kind"] = "begin"
    data["tasks"][0]["asign"] = data["tasks"][0].pop("assign")
    with pytest.raises(BadDefinition) as bad:
        graph_from(data)
    assert sorted((fault.code, fault.path) for fault in bad.value.faults) == [
        ("document_choice", "states[0].kind"),
        ("document_missing", "tasks[0].assign"),
        ("document_unknown_key", "tasks[0].asign"),
        ("document_unknown_key", "tranistions"),
    ]
    mends = {fault.path: fault.mend for fault in bad.value.faults}
    assert mends["tranistions"] == "Did you mean “transitions”?"
    assert mends["tasks[0].asign"] == "Did you mean “assign”?"
    assert mends["states[0].kind"] == "One of: initial, normal, final."


def test_a_hundred_thousand_faults_are_not_all_told() -> None:
    data = data_of(1) | {f"key{number}": 1 for number in range(100_000)}
    with pytest.raises(BadDefinition) as bad:
        graph_from(data)
    assert len(bad.value.faults) == 50


def test_names_that_stand_twice_by_the_hundred_thousand_are_found_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(BadDefinition):
        graph_from("{" + ",".join(['"a":1,"b":2'] * 100_000) + "}")
    assert time.monotonic() - began < 5


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"\xff\xfe{\x00}\x00", b'{"format": "\xe9"}'], ids=["utf-16", "latin 1"])
def test_what_is_not_utf_8_is_refused_with_the_files_name(data: bytes, tmp_path: Path) -> None:
    error, _said = refused(data, tmp_path)
    assert error.returncode == 1
    assert "given.json: 'utf-8' codec can't decode" in str(error)


@pytest.mark.django_db
def test_a_folder_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    for name in (str(tmp_path), str(tmp_path / "none.json"), "no\x00such"):
        with pytest.raises(CommandError) as told:
            call_command("workflow", "import", name, stdout=StringIO(), stderr=StringIO())
        assert told.value.returncode == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["films.order@99999999999999999999", "films.order@0", "films.order@", "@", "nothing"])
def test_versions_that_are_not_there_are_refused(name: str) -> None:
    for verb in (["diff", name, "films.order"], ["publish", name]):
        with pytest.raises(CommandError):
            call_command("workflow", *verb, stdout=StringIO(), stderr=StringIO())


@pytest.mark.django_db
def test_a_document_with_a_byte_order_mark_or_from_the_standard_input_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "\ufeff" + json.dumps(data_of(1), indent=4)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text.encode())))
    out = StringIO()
    call_command("workflow", "import", "-", "--dry-run", stdout=out, stderr=StringIO())
    assert out.getvalue().startswith(f"{KEY}: sound")
    assert graph_from(text) == graph_from(data_of(1))


def test_the_first_format_is_still_read() -> None:
    data = data_of(1) | {"format": 1}
    task = data["tasks"][0]
    task |= {"due": 3600, "due_from": "due_on", "outcomes": [["done", "Done", None], ["lost", "Lost", "rejected"]]}
    graph = graph_from(data)
    assert graph == WorkflowGraph.from_data(data)
    node = graph.task(task["key"])
    assert node.due is not None
    assert (node.due.field, [end.target for end in node.outcomes]) == ("due_on", [None, "rejected"])
    assert graph.to_data()["format"] == 2
    task["outcomes"] = []
    with pytest.raises(BadDefinition, match=r"tasks\[0\].due_from"):
        graph_from(data | {"format": 2})


# The published schema.


def test_the_published_schema_is_what_the_code_says() -> None:
    """`manage.py workflow schema > docs/workflow-json.schema.json` writes it anew."""
    out = StringIO()
    call_command("workflow", "schema", stdout=out)
    published = (DOCS / "workflow-json.schema.json").read_text()
    assert published == out.getvalue()
    assert json.loads(published) == document_schema()


def test_every_reference_of_the_schema_leads_somewhere_and_every_definition_is_used() -> None:
    schema = document_schema()
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named == set(schema["$defs"])
