"""Events that are for many records: every one that waits when the event comes gets it, in a transaction of its own.

`deliver` writes one outbox row, whose handler writes one for each record that waits; so a thousand records make no
caller wait, a record that fails is tried again alone and is an incident of that record, and a process killed at any
moment loses none and brings it to none twice.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime

from modules.core.actors import SYSTEM, Actor
from modules.core.outbox import Delivery, Hopeless, effect, send
from modules.workflow.engine import history
from modules.workflow.engine.early import Message, first_possible
from modules.workflow.engine.history import KeyUsed
from modules.workflow.engine.running import run_on
from modules.workflow.errors import InvalidData, RecordGone, Refused
from modules.workflow.flows import Flow, find_flow

SPREAD, ONE = "workflow.spread_event", "workflow.event_for_one"
AT_ONCE = 500


def spread(message: Message, actor: Actor, at: datetime) -> None:
    """Ask for the event to be brought to all who wait for it, once for each idempotency key of the event and value."""
    named = "\0".join((message.event, message.value, message.key or token_hex(16)))
    payload = {
        "event": message.event,
        "value": message.value,
        "data": history.plain(message.data),
        "received_at": at.isoformat(),
        "actor": actor.user_id,
    }
    send(SPREAD, payload, key=f"event:{sha256(named.encode()).hexdigest()[:40]}", at=at)


@effect(SPREAD)
def spread_now(delivery: Delivery) -> None:
    """Ask once for each record that waits since before the event came."""
    from modules.workflow.events import listening

    told = delivery.payload
    for flow, match in listening(told["event"], many=True):
        for records in _standing(flow, match, told):
            with transaction.atomic():
                for record in records:
                    if _waits(flow, record, told["event"], match):
                        _send_one(flow, record, match, delivery)


def _standing(flow: Flow, match: str, told: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The records with the value that stand where they are since before the event came, some at a time."""
    manager: Any = flow.model._base_manager
    try:
        rows = manager.filter(**{match: told["value"]}, state_since__lte=parse_datetime(told["received_at"]))
    except (ValueError, ValidationError):  # no value of that field: another workflow's
        return
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield found
        last = found[-1].pk


def _waits(flow: Flow, record: Any, event: str, match: str) -> bool:
    ways = flow.graph_for(record).leaving(record.state, "event")
    return any((way.event, way.match, way.many) == (event, match, True) for way in ways)


def _send_one(flow: Flow, record: Any, match: str, delivery: Delivery) -> None:
    payload = {**delivery.payload, "match": match, "record_id": record.pk, "flow": flow.graph.key}
    key = f"{delivery.key}:{flow.graph.record_type}#{record.pk}:{match}"[:200]
    send(ONE, payload, key=key, at=delivery.at, record=record)


@effect(ONE)
def bring_to_one(delivery: Delivery) -> None:
    """Move one record along the event, if it still waits and its guards let it; what they refuse is not for it."""
    from modules.workflow.events import waiting

    told, flow = delivery.payload, find_flow(delivery.payload["flow"])
    if flow is None:
        raise Hopeless(f"there is no workflow {told['flow']}")
    try:
        with run_on(flow, told["record_id"], actor=_actor(told["actor"]), at=delivery.at) as run:
            run.lock()
            steps = waiting(run, told["event"], told["match"], many=True)
            holds = flow.model._base_manager.filter(pk=run.record_id, **{told["match"]: told["value"]})
            if not steps or not holds.exists():
                return
            step, cleaned = first_possible(run, steps, told["data"])
            run.walk(step, data=cleaned | {"received_at": told["received_at"]}, key=delivery.key)
    except (KeyUsed, RecordGone):
        return
    except InvalidData as refusal:
        raise Hopeless(f"{told['event']}: {refusal}") from refusal
    except Refused:
        return


def _actor(user_id: int | None) -> Actor:
    user = None if user_id is None else get_user_model()._default_manager.filter(pk=user_id).first()
    return SYSTEM if user is None else Actor.of(user)
