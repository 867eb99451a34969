"""From a message and a record to the words one reader gets: title, note, mail as text and HTML."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.template import Context, TemplateDoesNotExist
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.html import linebreaks
from django.utils.safestring import mark_safe

from modules.core.messages import Message
from modules.notifications.rules import Reader
from modules.notifications.unsubscribing import unsubscribe_url

LONGEST_TITLE = 200
LAYOUT = "notifications/email/base"
_BREAK = re.compile(r"[ \x00-\x1f\x7f\u2028\u2029]+")
"""Blanks and control characters, but not the space of “22,84 €” that no line may break at."""


@dataclass(frozen=True)
class Rendering:
    """The frozen words of one message for one reader; `url` is an address of this site where it is one, `wording` a
    fingerprint of the templates."""

    title: str
    note: str
    text: str
    html: str
    url: str
    wording: str = ""


def render(message: type[Message], record: models.Model, reader: Reader, facts: Mapping[str, Any]) -> Rendering:
    """Write the message in the reader's language and zone. A missing `.txt` is an error, the other files are not.

    Templates get what `context(record)` and the notifying code give, and `record`, `url` (absolute), `title`,
    `reader`, `business_name`.
    """
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.zone)):
        path = message.url(record)
        told = {
            "record": record,
            "reader": reader,
            "business_name": settings.BUSINESS_NAME,
            **message.context(record),
            **facts,
            "url": absolute(path),
            "unsubscribe_url": unsubscribe_url(message, reader),
        }
        title = one_line(_plain(f"{message.template}.subject.txt", told) or str(message.title))[:LONGEST_TITLE]
        told["title"] = title
        body = _plain(f"{message.template}.txt", told, is_needed=True)
        note = _plain(f"{message.template}.note.txt", told) or body.split("\n\n")[0]
        text = _plain(f"{LAYOUT}.txt", {**told, "body": body, "names_url": told["url"] in body}, is_needed=True)
        html = _html(message, told, body)
    address = path.removeprefix(settings.BASE_URL)
    return Rendering(title, one_line(note), f"{text}\n", html, address, wording(message.template))


SUFFIXES = ".subject.txt", ".txt", ".note.txt", ".html"


@cache
def wording(template: str) -> str:
    """A fingerprint of a message's templates as this process knows them: which version somebody got."""
    texts = []
    for suffix in SUFFIXES:
        with suppress(TemplateDoesNotExist):
            texts.append(get_template(f"{template}{suffix}").template.source)  # type: ignore[attr-defined]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def absolute(url: str) -> str:
    """The whole address of a page of ours; links in mail never follow the Host of a request (F42)."""
    return f"{settings.BASE_URL}{url}" if url.startswith("/") else url


def one_line(words: str) -> str:
    """Words on one line without control characters, so that no header can be smuggled in (F14)."""
    return _BREAK.sub(" ", words).strip()


def _plain(name: str, told: Mapping[str, Any], *, is_needed: bool = False) -> str:
    """A text template, without HTML escaping; empty when it is missing and may be."""
    try:
        template = get_template(name)
    except TemplateDoesNotExist:
        if is_needed:
            raise
        return ""
    written = template.template.render(Context(dict(told), autoescape=False))  # type: ignore[attr-defined]
    lines = "\n".join(line if line == "-- " else line.rstrip() for line in str(written).splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _html(message: type[Message], told: Mapping[str, Any], body: str) -> str:
    """The HTML part: a whole page made on the layout, or paragraphs that are put into it."""
    try:
        written = get_template(f"{message.template}.html").render(dict(told))
    except TemplateDoesNotExist:
        written = linebreaks(body, autoescape=True)
    if "<html" not in written:
        written = get_template(f"{LAYOUT}.html").render({**told, "body": mark_safe(written)})  # noqa: S308 - rendered
    return re.sub(r'\b(href|src)="/(?!/)', rf'\1="{settings.BASE_URL}/', written)
