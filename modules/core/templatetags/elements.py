"""The vocabulary of our templates: `{% element "button" … %}`, `{% wrap "card" %}…{% endwrap %}`, fields, money, time.

Every element is a file in `templates/elements/`, rendered in a context of its own, so that no variable of the page
leaks in. Keyword arguments that begin with `hx_`, `data_` or `aria_` become attributes (`hx_get=url`: `hx-get="…"`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import heroicons
from django import template
from django.core.paginator import Page
from django.db import models
from django.forms import BaseForm, BoundField
from django.forms.utils import flatatt
from django.template.context import Context
from django.template.engine import Engine
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from modules.core.looks import Look, look_of
from modules.core.moments import babel_locale, exactly, relatively
from modules.core.money import Money

register = template.Library()

ATTRIBUTE_PREFIXES = ("hx_", "data_", "aria_")


def render_element(context: Context, name: str, values: Mapping[str, Any]) -> SafeString:
    """Render `elements/<name>.html` with these values, the request and the CSRF token, and nothing else."""
    attributes = {key.replace("_", "-"): value for key, value in values.items() if key.startswith(ATTRIBUTE_PREFIXES)}
    if any(key.startswith("hx-on") for key in attributes):
        raise template.TemplateSyntaxError("hx-on needs eval, which the Content-Security-Policy refuses")
    plain = {key: value for key, value in values.items() if key.replace("_", "-") not in attributes}
    shared = {key: context.get(key) for key in ("request", "csrf_token") if context.get(key) is not None}
    inner = context.new({**shared, "attributes": flatatt(attributes), **plain})
    engine = context.template.engine if context.template else Engine.get_default()
    return engine.get_template(f"elements/{name}.html").render(inner)


@register.simple_tag(takes_context=True)
def element(context: Context, element_name: str, **values: Any) -> SafeString:
    """Show an element that needs no body."""
    return render_element(context, element_name, values)


@register.simple_block_tag(takes_context=True)
def wrap(context: Context, content: str, element_name: str, **values: Any) -> SafeString:
    """Show an element around a body: card, dialog, menu, fieldset, form, notice, empty, comment."""
    return render_element(context, element_name, {**values, "body": content})


@register.simple_tag
def icon(name: str, style: str = "outline", size: int = 20, **attributes: Any) -> SafeString:
    """A heroicon by a name that may be a variable."""
    chosen = style if style in ("outline", "solid", "mini", "micro") else "outline"
    drawn = heroicons._render_icon(chosen, str(name), size, attributes)
    return SafeString(drawn)


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, **values: Any) -> SafeString:
    """A form field with label, help and error beside it; a hidden one is just its input."""
    if bound.is_hidden:
        return SafeString(f"{bound.errors}{bound}")
    attributes = bound.field.widget.attrs
    if str(attributes.get("placeholder", " ")).startswith(str(bound.label)):
        attributes["placeholder"] = " "  # a placeholder that repeats the label is noise; CSS still asks for one
    return render_element(context, _field_element(bound, values), {**values, "field": bound})


def _field_element(bound: BoundField, values: dict[str, Any]) -> str:
    kind = getattr(bound.field.widget, "input_type", "")
    if values.pop("cards", False):
        return "choice_cards"
    if kind == "checkbox" and not bound.use_fieldset:
        return "field_check"
    return "field_choices" if bound.use_fieldset else "field"


@register.simple_tag(takes_context=True)
def form_fields(context: Context, form: BaseForm, **values: Any) -> SafeString:
    """Every field of a form, in order; errors that belong to no field stand in the error summary."""
    return SafeString("".join(field(context, bound, **values) for bound in form))


@register.simple_tag(takes_context=True)
def error_summary(context: Context, form: BaseForm | str | None) -> SafeString:
    """What is wrong with a form, each line a link to its field; nothing when all is well or nothing was sent."""
    if not isinstance(form, BaseForm) or not form.is_bound or not form.errors:
        return SafeString("")  # pages of allauth may have no form at all
    lines: list[dict[str, Any]] = [{"text": error, "anchor": ""} for error in form.non_field_errors()]
    for bound in form:
        lines += [{"label": bound.label, "text": error, "anchor": _anchor(bound)} for error in bound.errors]
    return render_element(context, "error_summary", {"lines": lines})


def _anchor(bound: BoundField) -> str:
    """The id of the control that takes the focus: the first of a group."""
    if bound.is_hidden:
        return ""
    return f"{bound.auto_id}_0" if bound.use_fieldset else str(bound.id_for_label or bound.auto_id)


@register.filter
def money(amount: Money | None) -> str:
    """An amount in the words of the reader's language: `€12.90`, `12,90 €`."""
    return "" if amount is None else amount.format(babel_locale())


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | date | None, **values: Any) -> SafeString:
    """A time as people say it, with the exact one in `title` and `datetime`, in the reader's zone."""
    if value is None:
        return SafeString("")
    now = getattr(context.get("request"), "now", None)
    words = {"text": relatively(value, now), "exact": exactly(value), "machine": value.isoformat()}
    return render_element(context, "time", {**words, **values})


@register.simple_tag(takes_context=True)
def state(context: Context, record: models.Model | Look, name: str = "state", **values: Any) -> SafeString:
    """The state of a record as word, colour and icon; or of another field with choices."""
    look = record if isinstance(record, Look) else look_of(record, name)
    return render_element(context, "state", {"look": look, **values})


@register.simple_tag(takes_context=True)
def shown(context: Context, value: Any) -> SafeString:
    """Any value the way people read it: money, times, states, yes and no, a dash for nothing."""
    if value is None or value == "":
        return mark_safe('<span class="quiet" aria-hidden="true">–</span>')
    if isinstance(value, Money):
        return render_element(context, "money", {"amount": value})
    if isinstance(value, Look):
        return state(context, value)
    if isinstance(value, date):
        return moment(context, value)
    if isinstance(value, bool):
        return SafeString(conditional_escape(_("Yes") if value else _("No")))
    return SafeString(conditional_escape(value))


@register.filter
def initials(name: str) -> str:
    """Up to two letters that stand for a person: of a name its words, of an address its first letter."""
    words = str(name).split("@")[0].replace(".", " ").split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()


@register.filter
def elided_pages(page: Page[Any]) -> list[int | str]:
    """The page numbers worth a link: the ends and those about the present one."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
