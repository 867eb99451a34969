"""The elements say what they should to people and to screen readers, and let nothing unescaped through."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from modules.core import clock
from modules.core.looks import Look
from modules.core.money import Money


def show(text: str, **values: Any) -> str:
    return str(Template("{% load elements %}" + text).render(Context(values)))


class Parcel(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the label.")
    note = forms.CharField(label="Note", required=False)
    way = forms.ChoiceField(label="Way", choices=[("post", "By post"), ("shop", "Collect")], widget=forms.RadioSelect)
    gift = forms.BooleanField(label="A gift")


@pytest.fixture
def refused() -> Parcel:
    form = Parcel({"name": ""})
    form.add_error(None, "The shop is closed.")
    return form


def test_field_ties_help_and_error_to_the_control(refused: Parcel) -> None:
    html = show("{% field form.name %}", form=refused)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html


def test_optional_field_says_so() -> None:
    assert "(optional)" in show("{% field form.note %}", form=Parcel())
    assert "(optional)" not in show("{% field form.name %}", form=Parcel())


def test_radios_stand_in_a_fieldset_with_their_legend(refused: Parcel) -> None:
    html = show("{% field form.way %}", form=refused)
    assert "<legend" in html
    assert 'aria-describedby="id_way_error"' in html


def test_error_summary_links_to_each_control(refused: Parcel) -> None:
    html = show("{% error_summary form %}", form=refused)
    for anchor in ("#id_name", "#id_way_0", "#id_gift"):
        assert f'href="{anchor}"' in html
    assert "Name: This field is required." in html
    assert "The shop is closed." in html


def test_no_error_summary_before_anything_was_sent() -> None:
    assert show("{% error_summary form %}", form=Parcel()) == ""


def test_keyword_arguments_of_htmx_become_attributes() -> None:
    html = show('{% element "button" label="Go" hx_post=url data_dialog="d" name="n" %}', url='/x/?a=1&b="2"')
    assert 'hx-post="/x/?a=1&amp;b=&quot;2&quot;"' in html
    assert 'data-dialog="d"' in html
    assert 'name="n"' in html


def test_hx_on_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        show('{% element "button" label="Go" hx_on_click="alert(1)" %}')


def test_an_element_does_not_see_the_variables_of_the_page() -> None:
    assert "leaked" not in show('{% element "button" label="Go" %}', icon="leaked", kind="leaked", reason="leaked")


def test_labels_are_escaped_and_bodies_are_not_escaped_twice() -> None:
    html = show('{% wrap "card" title=bad %}<p>{{ bad }}</p>{% endwrap %}', bad="<b>&")
    assert html.count("&lt;b&gt;&amp;") == 2
    assert "<p>" in html


def test_button_with_a_reason_cannot_be_pressed_and_says_why() -> None:
    html = show('{% element "button" label="Return" reason="The 14 days are over." %}')
    assert " disabled" in html
    assert "The 14 days are over." in html


def test_state_is_word_colour_and_icon_together() -> None:
    html = show("{% state look %}", look=Look("Paid", "success"))
    assert "Paid" in html
    assert "tone-success" in html
    assert "<svg" in html


@pytest.mark.parametrize(("language", "words"), [("en", "€12.90"), ("es", "12,90\xa0€")])
def test_money_is_written_as_the_reader_writes_it(language: str, words: str) -> None:
    with translation.override(language):
        assert show("{{ amount|money }}", amount=Money(1290, "EUR")) == words


NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=-10), "just now"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-40), "Oct 12, 2026"),
    ],
)
def test_time_is_told_as_people_tell_it(distance: timedelta, words: str) -> None:
    with clock.frozen(NOON), translation.override("en"):
        assert f">{words}</time>" in show("{% moment at %}", at=NOON + distance)


def test_exact_time_stands_in_the_readers_zone_and_language() -> None:
    with clock.frozen(NOON), translation.override("es"), timezone.override("America/Bogota"):
        html = show("{% moment at %}", at=NOON - timedelta(hours=9))
    assert 'datetime="2026-11-21T03:00:00+00:00"' in html
    assert "20 de noviembre de 2026" in html
    assert "hace 9 horas" in html


@pytest.mark.parametrize(
    ("value", "words"), [(None, "–"), (True, "Yes"), (False, "No"), (0, "0"), ("<i>", "&lt;i&gt;")]
)
def test_any_value_is_shown_as_people_read_it(value: object, words: str) -> None:
    with translation.override("en"):
        assert words in show("{% shown value %}", value=value)


@pytest.mark.parametrize(("name", "letters"), [("Ana María Ruiz", "AR"), ("ana.ruiz@example.test", "AR"), ("", "")])
def test_initials_stand_for_a_person(name: str, letters: str) -> None:
    assert show("{{ name|initials }}", name=name) == letters
