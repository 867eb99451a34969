"""The door that the provider knocks at: verify, store, commit, answer. The work comes later, from the stored row."""

import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from modules.billing.services.receiving import store_event
from modules.billing.signatures import is_genuine
from modules.core import clock

logger = logging.getLogger(__name__)

BODY_LIMIT = 512 * 1024
"""Bytes; the provider's largest events are well below."""
_EVENT_ID = re.compile(r"[A-Za-z0-9_]{1,200}")
_TYPE = re.compile(r"[a-z0-9_.]{1,120}")


@dataclass(frozen=True)
class Told:
    """The few things we read of an event; what it says about money is asked for again."""

    event_id: str
    type: str
    livemode: bool
    api_version: str
    happened_at: datetime
    body: str


class Malformed(ValueError):
    """What came is no event."""


@csrf_exempt
@login_not_required
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the event is stored, 400 to anything that is not a signed event."""
    at = clock.now()
    try:
        told = read_event(_body(request), request.headers.get("Stripe-Signature", ""), at=at)
    except Malformed as error:
        logger.warning("a webhook was refused: %s", error)
        return HttpResponse(status=400)
    store_event(told, at=at)
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        raise Malformed("too long")
    return request.read(BODY_LIMIT + 1)


def read_event(body: bytes, signature: str, *, at: datetime) -> Told:
    """Raises Malformed, whose text is for the log and never holds what came."""
    if len(body) > BODY_LIMIT:
        raise Malformed("too long")
    if not is_genuine(body, signature, secrets=settings.STRIPE_WEBHOOK_SECRETS, at=at):
        raise Malformed("the signature does not fit")
    try:
        text = body.decode()
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    return _told(found, text)


def _told(found: Any, text: str) -> Told:
    if not isinstance(found, dict) or found.get("object") != "event":
        raise Malformed("no event")
    event_id, kind, created = found.get("id"), found.get("type"), found.get("created")
    livemode, version = found.get("livemode"), found.get("api_version") or ""
    if not (isinstance(event_id, str) and _EVENT_ID.fullmatch(event_id)):
        raise Malformed("no id")
    if not (isinstance(kind, str) and _TYPE.fullmatch(kind)):
        raise Malformed("no type")
    if type(created) is not int or not 0 <= created < 2**33:
        raise Malformed("no time")
    if not isinstance(livemode, bool) or not isinstance(version, str):
        raise Malformed("no mode or version")
    return Told(event_id, kind, livemode, version[:60], datetime.fromtimestamp(created, UTC), text)
