"""Texts that builders write: what they may name, what is found at save, every limit (F47)."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from modules.accounts.models import User
from modules.core.money import Money
from modules.workflow.expressions import ExpressionError
from modules.workflow.expressions import texts as module
from modules.workflow.expressions.texts import check_text, render_text
from tests.workflow.app.models import Parcel

pytestmark = pytest.mark.any_database
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    render_text("{{ now }}", Parcel())  # the package is loaded by the first text
    started = time.thread_time()
    yield
    assert time.thread_time() - started < 1


def parcel(**fields: Any) -> Parcel:
    return Parcel(**{"state": "ordered", "weight": 700, "price": Money(1290, "EUR"), **fields})


def written(text: str, record: Any = None, facts: Any = None, **extra: Any) -> str:
    return render_text(text, record or parcel(), facts, **{"language": "en", "at": AT, **extra})


def refused(text: str, record: Any = None, facts: Any = None) -> str:
    """The code with which rendering is refused; empty where it is written."""
    try:
        written(text, record, facts)
    except ExpressionError as error:
        return error.code if str(error) else "without words"
    return ""


def found(text: str) -> list[tuple[str, str]]:
    return [(fault.code, fault.mend) for fault in check_text(text, Parcel)]


def test_fields_are_written_as_people_write_them() -> None:
    record = parcel(packed_at=AT, customer=User(email="ana@example.com", name="Ana"))
    assert written("{{ record.price }} {{ record.weight }} g", record) == "€12.90 700 g"
    assert written("{{ record.price }}", record, language="es") == "12,90\xa0€"
    assert "2026" in written("{{ record.packed_at }}", record)
    assert written("{{ record.packed_at | date }}", record, language="es") == "21 de noviembre de 2026"
    assert written("{{ record.customer.name | upcase }}, {{ record.state_title }}", record) == "ANA, Ordered"
    assert written("{{ record.packer.name }}{{ record.packed_at }}", parcel()) == ""


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("record.packed_at < now", True), ("record.packed_at > today", False), ("record.packed_at != now", True),
        ("facts.day < today", True), ("facts.day == today", False), ("facts.day <= record.packed_at", True),
        ("facts.day < facts.next", True), ("facts.next == today", True), ("facts.next < now", True),
        ("facts.nothing < today", False),
    ],
)  # fmt: skip
def test_moments_and_days_are_compared_by_value_with_each_other(condition: str, holds: bool) -> None:
    """A step is not refused because its message asks which of two days is earlier."""
    facts = {"day": date(2026, 11, 20), "next": date(2026, 11, 21), "nothing": None}
    record = parcel(packed_at=AT - timedelta(hours=14))
    for viewer in ("Europe/Madrid", "America/New_York", "Asia/Tokyo"):
        with timezone.override(viewer):
            text = f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}"
            assert written(text, record, facts) == ("yes" if holds else "no")


def test_today_is_the_day_where_the_business_is_for_every_reader() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    for viewer in ("Europe/Madrid", "America/New_York", "Asia/Tokyo"):
        with timezone.override(viewer):
            assert written("{{ today }}, {{ today | date }}", at=late) == "Nov. 22, 2026, Nov. 22, 2026"


def test_conditions_compare_values_and_not_their_words() -> None:
    text = "{% if record.price > 1000 %}dear{% else %}cheap{% endif %}"
    assert (written(text), written(text, parcel(price=Money(900, "EUR")))) == ("dear", "cheap")


def test_facts_and_lists_are_read() -> None:
    facts = {"lines": [{"name": "A", "cost": Money(100, "EUR")}, {"name": "B", "cost": Money(250, "EUR")}]}
    text = "{% for line in facts.lines %}{{ line.name }} {{ line.cost }};{% endfor %}{{ facts.lines.size }}"
    assert written(text, facts=facts) == "A €1.00;B €2.50;2"
    assert written("{{ facts.note | default: 'none' }}", facts={}) == "none"
    assert refused("{{ facts.lines.first.price.cents }}", facts=facts) == "expression_no_answer"


@pytest.mark.parametrize(
    ("text", "code", "mend"),
    [
        ("{{ record.wieght }}", "expression_unknown_name", "Did you mean “record.weight”?"),
        ("{{ weight }}", "expression_unknown_name", "Did you mean “record.weight”?"),
        ("{{ record.customer.emial }}", "expression_unknown_name", "Did you mean “record.customer.email”?"),
        ("{{ record.weight | shout }}", "expression_unknown_name", "The filters are: capitalize"),
        ("{{ record.state | upcas }}", "expression_unknown_name", "Did you mean “upcase”?"),
        ("{{ record.weight", "expression_syntax", ""),
        ("{% if record.weight %}", "expression_syntax", ""),
        ("{% include 'x' %}", "expression_syntax", ""),
        ("{% render 'x' %}", "expression_syntax", ""),
        ("{% extends 'x' %}", "expression_syntax", ""),
        ("{% capture a %}x{% endcapture %}", "expression_syntax", ""),
        ("{% for i in (1..5) %}x{% endfor %}", "expression_too_large", ""),
        ("{{ (1..1000000000) | join }}", "expression_too_large", ""),
        ("{% assign a = (1..9) %}", "expression_too_large", ""),
        ("{{ record[facts.name] }}", "expression_syntax", ""),
        ("x" * 4_001, "expression_too_large", "Shorten it."),
    ],
)
def test_mistakes_are_found_at_save(text: str, code: str, mend: str) -> None:
    faults = found(text)
    assert [fault[0] for fault in faults] == [code]
    assert faults[0][1]
    assert mend in faults[0][1]


def test_a_right_text_is_taken() -> None:
    assert (
        found("Dear {{ record.customer.name | default: 'customer' }}, {{ facts.anything.at.all }} {{ now | date }}")
        == []
    )
    assert found("{% for label in record.labels %}{{ label.name }}{% endfor %}{{ record.labels.size }}") == []


@pytest.mark.parametrize(
    "text",
    ["{{ record.__class__ }}", "{{ record.customer.password }}", "{{ record.objects }}", "{{ record.delete }}",
     "{{ record.customer.is_superuser }}", "{{ record.pk }}", "{{ record._meta.app_label }}", "{{ settings }}",
     "{{ record.customer.groups }}", "{{ self }}", "{{ request }}"],
)  # fmt: skip
def test_f47_nothing_but_open_fields_can_be_reached(text: str) -> None:
    assert [code for code, _mend in found(text)] == ["expression_unknown_name"]
    assert refused(text) == "expression_unknown_name"


@pytest.mark.parametrize(
    "text",
    ["{{ record.state.__class__ }}", "{{ record.price.currency }}", "{{ record.price.__class__.__mro__ }}",
     "{{ now.__class__ }}", "{{ now.year }}", "{{ facts.it.__class__ }}", "{{ facts.it.secret }}"],
)  # fmt: skip
def test_f47_values_have_no_attributes(text: str) -> None:
    class Thing:
        secret = "open sesame"

    assert refused(text, facts={"it": "text"}).startswith("expression_")
    assert refused(text.replace("record.state", "facts.it"), facts={"it": Thing()}).startswith("expression_")


def test_f47_what_people_write_is_text_and_escaped_in_html() -> None:
    evil = parcel(customer=User(email="a@example.com", name="<script>{{ record.price }}{% if true %}</script>"))
    assert written("{{ record.customer.name }}", evil) == "<script>{{ record.price }}{% if true %}</script>"
    html = written("<b>{{ record.customer.name }}</b>", evil, html=True)
    assert html == "<b>&lt;script&gt;{{ record.price }}{% if true %}&lt;/script&gt;</b>"


def test_turns_of_loops_are_limited() -> None:
    facts = {"l": list(range(100))}
    assert refused("{% for a in facts.l %}{{ a }}{% endfor %}", facts=facts) == ""
    nested = "{% for a in facts.l %}{% for b in facts.l %}x{% endfor %}{% endfor %}"
    assert refused(nested, facts=facts) == "expression_too_large"


def test_the_output_is_limited() -> None:
    facts = {"l": list(range(400)), "t": "x" * 100}
    assert refused("{% for a in facts.l %}{{ facts.t }}{% endfor %}", facts=facts) == "expression_too_large"
    assert refused("{{ facts.l | join: facts.t }}", facts=facts) == "expression_too_large"
    cut = "{{ facts.l | join: facts.t | truncate: 10 }}"
    assert refused(cut, facts=facts) == "expression_too_large"


def test_what_is_assigned_is_limited() -> None:
    facts = {"l": list(range(400)), "t": "x" * 9_000}
    many = "".join("{% assign a" + str(number) + " = facts.t %}" for number in range(5))
    assert refused(many, facts=facts) == "expression_too_large"
    growing = "{% assign n = 9 %}{% for a in facts.l %}{% assign n = n | plus: n %}{% endfor %}{{ n }}"
    assert refused(growing, facts=facts) in {"", "expression_too_large"}


def test_nesting_is_limited() -> None:
    for depth, code in ((7, ""), (12, "expression_too_large"), (150, "expression_too_large")):
        text = "{% if true %}" * depth + "x" + "{% endif %}" * depth
        assert refused(text) == code, depth


def test_work_in_filters_is_limited() -> None:
    facts = {"l": list(range(400)), "t": "x" * 9_000}
    chain = "{{ facts.t " + "| upcase | downcase " * 60 + "| truncate: 10 }}"
    assert refused(chain, facts=facts) == "expression_too_large"
    looped = "{% for a in facts.l %}{{ facts.t | upcase | truncate: 10 }}{% endfor %}"
    assert refused(looped, facts=facts) == "expression_too_large"


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 1_900,
        "{%" * 1_900,
        "{{ a" + "|a" * 1_900 + " }}",
        "{{ a" + ".a" * 1_900 + "}}",
        "{{ a" + "[a" * 1_300 + "]" * 1_300 + "}}",
        "{% if " + "a and " * 600 + "a %}{% endif %}",
    ],
)
def test_f34_what_is_deep_or_broken_is_refused_at_once(text: str) -> None:  # fmt: skip
    faults = found(text)
    assert faults
    assert {code for code, _mend in faults} <= {"expression_syntax", "expression_too_large", "expression_unknown_name"}
    assert len(faults) < 3


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 10)
    for number in range(30):
        written(f"{number} {{{{ record.weight }}}}")
    assert len(module._kept) == 10
