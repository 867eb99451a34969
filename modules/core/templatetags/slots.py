"""`{% slot "portal.header" %}`: what modules put at a named place; keyword arguments reach the fillers."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from modules.core.slots import render_slot

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, **facts: Any) -> SafeString:
    """Render everything that modules filled into the slot."""
    request = context.get("request")
    return SafeString("") if request is None else render_slot(name, request, **facts)
