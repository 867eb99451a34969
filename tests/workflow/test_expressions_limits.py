"""Every limit of expressions: what is long, deep or costly is refused, and nothing takes a second (F34, F47, F48)."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from modules.workflow.expressions import (
    ExpressionError,
    compile_expression,
    compiling,
    evaluating,
    forget_expressions,
    values,
    weighing,
)
from modules.workflow.expressions.checking import expression_faults, findings
from modules.workflow.expressions.errors import NotHere
from modules.workflow.expressions.tree import read_tree
from modules.workflow.graph import ActorRule, GuardUse, StateNode, Transition, WorkflowGraph
from tests.workflow.app.models import Parcel, Slip

pytestmark = pytest.mark.any_database
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    started = time.thread_time()
    yield
    assert time.thread_time() - started < 1


def at_save(text: str, result: Any = "any") -> str:
    """The code with which it is refused when it is saved; empty where it is taken."""
    try:
        compile_expression(text, Parcel, result=result)
    except ExpressionError as error:
        return error.code if str(error) else "without words"
    return ""


def asked(text: str, record: Parcel | None = None, facts: Any = None) -> Any:
    """The answer, or the code of the refusal."""
    made = compile_expression(text, Parcel, result="any")
    try:
        return made.evaluate(record or Parcel(weight=1), facts, at=AT)
    except ExpressionError as error:
        return error.code if str(error) else "without words"


def test_length_is_limited() -> None:
    longest = "record.weight > 1".ljust(compiling.LONGEST)
    assert at_save(longest) == ""
    assert at_save(longest + " ") == "expression_too_large"
    assert at_save("a" * 10_000_000) == "expression_too_large"


@pytest.mark.parametrize(
    "text",
    ["(" * 400 + "true" + ")" * 400, "[" * 400 + "1" + "]" * 400, "1" + "+1" * 400, "true?true:" * 150 + "true",
     "{1:" * 300 + "1" + "}" * 300, "facts" + ".a" * 400, "[1].map(a," * 100 + "1" + ")" * 100, "f(" * 300 + ")" * 300,
     "-" + "(-" * 300 + "1" + ")" * 300],
)  # fmt: skip
def test_f34_nesting_is_limited(text: str) -> None:
    assert at_save(text) in {"expression_too_large", "expression_syntax", "expression_unknown_name"}


def test_the_number_of_parts_is_limited() -> None:
    assert at_save(" && ".join(["true"] * 200)) == ""
    assert at_save("||".join(["true"] * 285)) == "expression_too_large"


def test_turns_of_loops_are_limited() -> None:
    ten = "[" + ",".join(["1"] * 10) + "]"
    assert asked(f"{ten}.exists(a, {ten}.exists(b, a + b == 9))") is False
    loops = "facts.l.exists(a, facts.l.exists(b, facts.l.exists(c, a + b + c == -1)))"
    assert asked(loops, facts={"l": list(range(30))}) == "expression_too_large"
    assert asked(loops, facts={"l": list(range(1000))}) == "expression_too_large"


def test_lists_that_are_built_are_limited_before_they_are_built() -> None:
    assert asked("facts.l.map(a, a + 1).size()", facts={"l": list(range(1000))}) == 1000
    doubled = "facts.l.map(a, facts.l + facts.l + facts.l).size()"
    assert asked(doubled, facts={"l": list(range(1000))}) == "expression_too_large"
    texts = "facts.l.map(a, facts.t + facts.t + facts.t + facts.t).size()"
    assert asked(texts, facts={"l": list(range(900)), "t": "x" * 9_000}) == "expression_too_large"
    assert asked(texts, facts={"l": list(range(90)), "t": "x" * 900}) == 90


def test_values_are_limited() -> None:
    assert asked("facts.t == 'x'", facts={"t": "x" * values.LONGEST_TEXT}) is False
    assert asked("facts.t == 'x'", facts={"t": "x" * (values.LONGEST_TEXT + 1)}) == "expression_too_large"
    assert asked("facts.l.size()", facts={"l": [1] * (values.LONGEST_LIST + 1)}) == "expression_too_large"
    deep: Any = 1
    for _level in range(1_000):
        deep = [deep]
    assert asked("facts.l == null", facts={"l": deep}) == "expression_too_large"
    wide = {str(number): list(range(900)) for number in range(6)}
    assert asked("facts.l == null", facts={"l": wide}) == "expression_too_large"
    round_and_round: dict[str, Any] = {}
    round_and_round["self"] = round_and_round
    assert asked("facts.l == null", facts={"l": round_and_round}) == "expression_too_large"


def test_results_are_limited() -> None:
    facts = {"t": "x" * 6_000}
    assert asked("facts.t", facts=facts) == facts["t"]
    assert asked("facts.t + facts.t", facts=facts) == "expression_too_large"


def test_f48_patterns_cannot_run_away() -> None:
    assert at_save("record.state.matches(record.state)") == "expression_too_large"
    assert at_save("record.state.matches('(x?){1000}y')") == "expression_too_large"
    assert at_save("record.state.matches('((x{1,5}){1,5}){1,5}')") == "expression_too_large"
    assert at_save("record.state.matches('" + "x" * (weighing.LONGEST_PATTERN + 1) + "')") == "expression_too_large"
    evil = {"t": "x" * values.LONGEST_TEXT}
    assert asked("facts.t.matches('(x+x+)+y')", facts=evil) is False
    assert asked("facts.t.matches('^(([a-x])+.)+[A-Z]([a-x])+$')", facts=evil) is False
    many = " || ".join(["facts.t.matches('(x?){20}y')"] * 40)
    assert asked(many, facts=evil) in {False, "expression_too_large"}
    looped = "facts.l.exists(e, e.matches('(x?){20}y'))"
    assert asked(looped, facts={"l": ["x" * 4_000] * 1_000}) == "expression_too_large"


@pytest.mark.parametrize(
    "text",
    ["__import__('os').system('true')", "record.__class__ == null", "''.__class__ == null", "record.state.format()",
     "{{ record.state }}", "{% if true %}", "import os", "lambda: 1", "record.state; true", "record['state']",
     "record.state.replaceAll('a','b')", "cel.bind(a, 1, a)", "optional.of(1)", "\ud800", "\x00", "now.__reduce__()"],
)  # fmt: skip
def test_f47_what_is_no_expression_of_ours_is_refused_at_save(text: str) -> None:
    assert at_save(text) in {"expression_syntax", "expression_unknown_name", "expression_wrong_type"}


def test_f47_what_people_write_into_fields_is_text_and_nothing_else() -> None:
    injected = "' || true || '"
    record = Parcel(state=injected)
    assert asked("record.state == 'paid'", record) is False
    assert asked("record.state", record) == injected
    assert asked("record.state == 'a\ud800'".replace("\ud800", "b"), Parcel(state="\ud800")) is False


@pytest.mark.parametrize(
    "text",
    ["timestamp('9999-12-31T23:59:59Z') + duration('48h')", "timestamp('0001-01-01T00:00:00Z') - duration('48h')",
     "duration('9223372036s') + duration('9223372036s')", "timestamp(99999999999999)", "int(1e300)",
     "now + duration(facts.much)", "9223372036854775807 + record.weight", "-(-9223372036854775808)",
     "9223372036854775807 * record.weight * 2", "record.weight / 0", "record.weight % 0", "facts.l[5]", "facts.l['x']",
     "{'a': 1}['b']", "{1: 2, 1: 3}", "record.packed_at < now", "record.packed_at + duration('1h')",
     "record.customer.email.endsWith('x')", "facts.nothing > 1", "facts.l.all(a, a / 0 == 1)", "1.0 / 0.0", "0.0 / 0.0",
     "double('nan')", "[1.0, [-1.0 / 0.0]]", "{'a': 1.0 / 0.0}", "type(record.weight)", "facts.bytes", "facts.object",
     "facts.last + duration('1h')", "facts.huge > 1", "timestamp(facts.much)", "int(facts.much)", "null + null"],
)  # fmt: skip
def test_what_has_no_answer_is_refused_in_words_and_nothing_else(text: str) -> None:
    facts = {"l": [1, 2], "much": "99999999999999h", "bytes": b"a", "object": object(), "last": datetime.max,
             "huge": 10**30}  # fmt: skip
    assert asked(text, facts=facts) == "expression_no_answer"


@pytest.mark.parametrize(
    "text",
    ["timestamp('yesterday') < now", "timestamp('2026-02-30T00:00:00Z') < now", "now - now > duration('1')",
     "now.getHours('Nowhere/Land') > 8", "now.getDate('Mars') > 8", "record.state.matches('[')",
     "['a'].exists(t, t.matches('(')) "],
)  # fmt: skip
def test_a_constant_that_is_none_is_found_at_save(text: str) -> None:
    assert at_save(text, "bool") == "expression_syntax"


def test_the_day_of_a_moment_is_asked_with_a_zone_at_save() -> None:
    """A date is midnight where the business is: in Greenwich that is another day."""
    (fault,) = expression_faults("record.promised_on.getDate() == 1", Slip, "bool")
    assert (fault.code, fault.mend) == ("expression_without_zone", "Write getDate(“Europe/Madrid”).")
    zoned = "record.promised_on.getDate('Europe/Madrid') == 22"
    assert list(expression_faults(zoned, Slip, "bool")) == []
    assert compile_expression(zoned, Slip).evaluate(Slip(promised_on=date(2026, 11, 22)), at=AT) is True
    assert list(expression_faults("(now - record.created_at).getHours() > 2", Slip, "bool")) == []


@pytest.mark.parametrize("text", ["b'abc'", "bytes('abc')", "type(1)"])
def test_bytes_and_kinds_are_no_result(text: str) -> None:
    assert at_save(text) == "expression_wrong_type" or asked(text) == "expression_no_answer"


def test_a_misspelt_function_is_answered_with_functions() -> None:
    with pytest.raises(ExpressionError) as near:
        compile_expression("record.state.startWith('a')", Parcel)
    assert (near.value.column, near.value.mend) == (14, "Did you mean “startsWith”?")
    with pytest.raises(ExpressionError) as far:
        compile_expression("record.state.lowerAscii() == 'a'", Parcel)
    assert str(far.value.mend).startswith("The functions are: contains, ")
    with pytest.raises(ExpressionError) as mixed:
        compile_expression("record.is_fragile ? 1 : 'x'", Parcel, result="any")
    assert mixed.value.mend == "Both answers must be of one kind."


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MOST_KEPT", 20)
    for number in range(60):
        compile_expression(f"record.weight > {number}", Parcel)
    assert len(compiling._kept) == 20
    assert compile_expression("record.weight > 59", Parcel) is compile_expression("record.weight > 59", Parcel)
    monkeypatch.setattr(evaluating, "MOST_SHAPES", 3)
    for number in range(6):
        assert asked(f"facts.d{number} < now", facts={f"d{number}": AT}) is False
    assert len(evaluating._environments) == 3


def test_threads_may_share_an_expression() -> None:
    made = compile_expression("record.weight > 5 && now > facts.d && ['a'].exists(l, l == record.state)", Parcel)
    wrong: list[Any] = []

    def work(number: int) -> None:
        for turn in range(200):
            answer = made.evaluate(Parcel(weight=turn, state="a"), {"d": datetime(2026, 1, 1, tzinfo=UTC)}, at=AT)
            if answer is not (turn > 5):
                wrong.append((number, turn, answer))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_tree_that_is_read_is_the_expression_that_was_written() -> None:
    made = compile_expression("record.weight > 5 && [1, 2].exists(n, n == record.weight)", Parcel)
    tree = read_tree(made.checked)
    assert (tree.kind, tree.name) == ("call", "_&&_")
    assert [node.name for node in tree.walk() if node.kind == "name"].count("record.weight") == 2
    loop = next(node for node in tree.walk() if node.kind == "loop")
    assert (loop.name, loop.parts[0].kind, len(loop.parts[0].parts)) == ("n", "list", 2)


def test_where_the_package_is_not_built_an_expression_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_expressions()
    monkeypatch.setattr(compiling, "_checkers", type(compiling._checkers)())
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    with pytest.raises(NotHere, match="this kind of machine"):
        compile_expression("record.amount > 987654", Slip)
    graph = WorkflowGraph(
        "x.y", 1, "parcels.slip", "X", "", (StateNode("a", "A", "initial"), StateNode("b", "B", "final")),
        (Transition("go", "Go", ("a",), "b", by=(ActorRule("system"),), guards=(GuardUse(expression="true"),)),),
    )  # fmt: skip
    assert {(found.code, found.severity) for found in findings(graph, Slip)} == {("expression_not_here", "warning")}
