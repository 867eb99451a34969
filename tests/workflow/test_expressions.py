"""Expressions over records: what may be read, what is found at save, what an answer is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.actors import Actor
from modules.core.money import Money
from modules.workflow.expressions import ExpressionError, compile_expression, load_relations
from tests.workflow.app.models import Parcel, Slip

pytestmark = pytest.mark.any_database
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def parcel(**fields: Any) -> Parcel:
    """A parcel that no database knows."""
    return Parcel(
        **{
            "state": "ordered",
            "weight": 700,
            "price": Money(1250, "EUR"),
            "packed_at": AT - timedelta(hours=30),
            **fields,
        }
    )


def ask(text: str, record: Any = None, facts: Any = None, *, result: Any = "any", **extra: Any) -> Any:
    """What an expression comes to."""
    chosen = parcel() if record is None else record
    return compile_expression(text, type(chosen), result=result).evaluate(chosen, facts, **{"at": AT, **extra})


def refusal(text: str, *, result: Any = "bool") -> ExpressionError:
    """What is found when an expression is saved."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, Parcel, result=result)
    return caught.value


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("record.weight > 500", True),
        ("record.weight + 1", 701),
        ("record.price >= 1250", True),
        ("record.price_currency", "EUR"),
        ("record.is_fragile", False),
        ("record.state == 'ordered' && record.state_title == 'Ordered'", True),
        ("now - record.packed_at > duration('24h')", True),
        ("record.packed_at.getFullYear()", 2026),
        ("record.packed_at != null", True),
        ("record.customer == null", True),
        ("record.customer.email == null", True),
        ("record.labels.exists(label, label.startsWith('x'))", True),
        ("record.labels.filter(label, label == 'y')", ["y"]),
        ("double(record.weight) * 1.5", 1050.0),
        ("record.weight > 1000 ? 'heavy' : 'light'", "light"),
        ("'record.nothing' == 'record.nothing'", True),
    ],
)
def test_fields_of_the_record_are_read_by_their_kinds(text: str, answer: object) -> None:
    assert ask(text, parcel(labels=["xa", "y"])) == answer


def test_a_date_is_the_first_moment_of_its_day_where_the_business_is(settings: Any) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Madrid"
    slip = Slip(promised_on=date(2026, 11, 21))
    assert ask("record.promised_on", slip) == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert ask("record.promised_on < today", slip) is False
    assert ask("record.promised_on < today", Slip(promised_on=date(2026, 11, 20))) is True
    assert ask("record.promised_on == null || record.promised_on < today", Slip()) is True


def test_related_fields_and_the_actor_are_read() -> None:
    customer = User(email="ana@example.com", name="Ana")
    assert ask("record.customer.email.endsWith('@example.com')", parcel(customer=customer)) is True
    assert ask("actor.email == record.customer.email", parcel(customer=customer), actor=Actor.of(customer)) is True
    assert ask("actor.kind == 'guest' && actor.email == '' && actor.roles.size() == 0", actor=Actor.guest()) is True


def test_facts_are_read_by_their_path_from_maps_and_dataclasses() -> None:
    facts = {"paid": Money(500, "EUR"), "due": AT - timedelta(hours=2), "lines": [{"kind": "film", "count": 2}]}
    assert ask("facts.paid >= 500", facts=facts) is True
    assert ask("now - facts.due > duration('1h')", facts=facts) is True
    assert ask("facts.lines.exists(line, line.kind == 'film' && line.count > 1)", facts=facts) is True
    assert ask("facts.missing == null", facts=facts) is True
    assert ask("facts == null", facts=None) is True


@pytest.mark.parametrize(
    ("text", "code", "column", "mend"),
    [
        ("record.wieght > 5", "expression_unknown_name", 1, "Did you mean “record.weight”?"),
        ("record.weight > 5 &&\n record.prise > 1", "expression_unknown_name", 23, "Did you mean “record.price”?"),
        ("'é🎉' == record.prise", "expression_unknown_name", 9, "Did you mean “record.price”?"),
        ("record.customer.emial == ''", "expression_unknown_name", 1, "Did you mean “record.customer.email”?"),
        ("weight > 5", "expression_unknown_name", 1, "Did you mean “record.weight”?"),
        ("record.weight.constains('a')", "expression_unknown_name", 15, "Did you mean “contains”?"),
        ("record.weight == 'heavy'", "expression_wrong_type", 15, "Compare and combine values of one kind."),
        ("record.weight + 1.5 > 2.0", "expression_wrong_type", 15, "Write whole numbers with a point here: 5.0."),
        ("record.weight", "expression_wrong_type", 1, "Compare it with something: record.cost > 500."),
        ("!record.weight", "expression_wrong_type", 1, "A condition is yes or no: compare the value with something."),
        ("record.weight >", "expression_syntax", 16, "Look for a missing bracket, quotation mark or sign."),
        ("", "expression_syntax", 1, "Look for a missing bracket, quotation mark or sign."),
        ("has(record.packed_at)", "expression_wrong_type", 1, "Write “… != null”."),
        ("record.labels.exists(record, true)", "expression_unknown_name", 0, "Give the variable another name."),
    ],
)
def test_mistakes_are_found_at_save_with_place_and_mend(text: str, code: str, column: int, mend: str) -> None:
    found = refusal(text)
    assert (found.code, found.column, str(found.mend)) == (code, column, mend)
    assert str(found)


@pytest.mark.parametrize(
    "name",
    ["customer.password", "customer.is_superuser", "customer.user_permissions", "customer.delete", "objects", "pk",
     "__class__", "_meta", "save", "customer.parcel_set"],
)  # fmt: skip
def test_what_is_hidden_or_no_field_cannot_be_read(name: str) -> None:
    assert refusal(f"record.{name} == null").code in {"expression_unknown_name", "expression_syntax"}


def test_a_result_of_another_kind_than_asked_for_is_found() -> None:
    assert refusal("record.weight", result="text").code == "expression_wrong_type"
    assert refusal("'a'", result="int").code == "expression_wrong_type"
    assert compile_expression("['role:a']", Parcel, result="texts").evaluate(parcel(), at=AT) == ["role:a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("now > record.packed_at", "“packed at” is empty."),
        ("record.customer.email.endsWith('x')", "“e-mail address” is empty."),
        ("1 / (record.weight - 700) > 1", "It divides by zero."),
        ("record.weight * 9223372036854775807 > 1", "A number becomes too large."),
        ("facts.lines[7] > 1", "It has no answer for these values."),
        ("timestamp(record.state) > now", "It has no answer for these values."),
    ],
)
def test_where_there_is_no_answer_words_say_why(text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        ask(text, parcel(packed_at=None), {"lines": [1]})
    assert (caught.value.code, str(caught.value)) == ("expression_no_answer", words)


def test_it_says_what_it_reads() -> None:
    made = compile_expression("record.customer.email == 'a' && record.weight > 1 && 'record.price' != ''", Parcel)
    assert made.reads == {"customer__email", "weight"}
    assert made.relations == {"customer"}


@pytest.mark.django_db
def test_a_list_of_fifty_is_judged_with_one_query(django_assert_num_queries: Any) -> None:
    people = [User.objects.create(email=f"p{number}@example.com") for number in range(5)]
    Parcel.objects.bulk_create([Parcel(customer=people[number % 5], state="ordered") for number in range(50)])
    made = compile_expression("record.customer.email.startsWith('p1')", Parcel)
    found = list(Parcel.objects.all())
    with django_assert_num_queries(1):
        load_relations(found, made.relations)
        assert sum(made.evaluate(entry, at=AT) for entry in found) == 10
