"""Texts that were written for every language at once, in the reader's."""

from collections.abc import Mapping

from django import template
from django.conf import settings
from django.utils.translation import get_language

register = template.Library()


@register.filter
def in_language(texts: Mapping[str, str]) -> str:
    """The one of `{"en": …, "es": …}` that the reader reads."""
    code = get_language() or settings.LANGUAGE_CODE
    return texts.get(code) or texts.get(code.partition("-")[0]) or next(iter(texts.values()), "")
