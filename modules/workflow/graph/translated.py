"""Words that a workflow's author has written in several languages, read in the reader's."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy

from modules.workflow.graph.nodes import Words

Texts = Mapping[str, str]


def words(given: str | Texts) -> Words:
    """Words as a document has them: in the source language, for which a flow of the code has the catalogue, or one
    text for each language."""
    if isinstance(given, str):
        return gettext_lazy(given) if given else ""
    found: Words = _lazily(texts=dict(given))
    return found


def texts_of(found: Any) -> Texts | None:
    """The text of each language; None for words that are written once."""
    texts: Texts | None = getattr(found, "_kw", {}).get("texts")
    return texts


def text_for(texts: Texts, language: str | None = None) -> str:
    """The text for a reader: in the language or the one that it is a dialect of, else in the language of the
    installation, else the first by name."""
    for wanted in (language or get_language() or "", settings.LANGUAGE_CODE):
        code = wanted.lower()
        while code:
            if texts.get(code):
                return texts[code]
            code = code.rpartition("-")[0]
    return next((texts[code] for code in sorted(texts) if texts[code]), "")


def _chosen(texts: Texts) -> str:
    return text_for(texts)


_lazily = lazy(_chosen, str)
