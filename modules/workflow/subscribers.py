"""What the engine does after every migrate, when work of the outbox is given up, when an account is closed or loses its
personal data, and when a record is made or edited by hand."""

import logging
from typing import Any, cast

from modules.accounts.events import AccountClosed, PersonPseudonymised
from modules.core.after_migrate import after_migrate
from modules.core.events import RecordEdited, RecordMade, subscribe
from modules.core.outbox import GivenUp
from modules.core.subjects import Subject, about
from modules.workflow.clocks.calendars import make_default
from modules.workflow.engine.firing import advance, start
from modules.workflow.errors import Refused
from modules.workflow.events import deliver_to, given_up
from modules.workflow.flows import find_flow
from modules.workflow.models import Task
from modules.workflow.people import forgetting, leavers
from modules.workflow.publishing import publish_permissions, store_definitions

logger = logging.getLogger(__name__)


@subscribe(GivenUp)
def step_off(event: GivenUp) -> None:
    """Let the record of a dead letter go the way that its workflow has for that, if any."""
    if event.record_id is None:
        return
    data = {"effect": event.effect, "error": event.error, "key": event.key}
    try:
        deliver_to(
            event.record_type, event.record_id, given_up(event.effect), data=data, at=event.at, key=event.key[:200]
        )
    except Refused as refusal:  # somebody looks at the dead letter, as at any other
        logger.warning("%s %s does not step off: %s", event.record_type, event.record_id, refusal)


@subscribe(AccountClosed)
def pass_on(event: AccountClosed) -> None:
    """What somebody had to do who has left goes on to somebody else."""
    leavers.announce(event.user_id, at=event.at)


@subscribe(PersonPseudonymised)
def forget_person(event: PersonPseudonymised) -> None:
    forgetting.forget_person(user_id=event.user_id, email=event.email, at=event.at)


@subscribe(RecordMade)
def begin(event: RecordMade) -> None:
    """What somebody makes by a form enters its workflow at once, unless a service has seen to it."""
    flow = find_flow(event.record_type)
    record = None if flow is None else flow.model._base_manager.filter(pk=event.record_id).first()
    if record is not None and cast(Any, record).state_since is None:
        start(record, actor=event.actor, at=event.at)


@subscribe(RecordEdited)
def look_again(event: RecordEdited) -> None:
    """A field that somebody changed may be what a guard asks, or what a timer counts from."""
    flow = find_flow(event.record_type)
    record = None if flow is None else flow.model._base_manager.filter(pk=event.record_id).first()
    if record is not None and cast(Any, record).state_since is not None:
        advance(record, at=event.at)


@after_migrate(order=20)
def permissions() -> None:
    """Before the roles (30), which are made of these permissions."""
    publish_permissions()


@after_migrate(order=21)
def definitions() -> None:
    store_definitions()


@after_migrate(order=22)
def calendar() -> None:
    """The business calendar that every firm begins with."""
    make_default()


@about("workflow.task")
def work_on(pk: int) -> Subject | None:
    """The record that a task is about: what went wrong with telling somebody of the work is seen there."""
    found = Task.objects.filter(pk=pk).values_list("record_type", "record_id").first()
    return None if found is None else Subject(*found)
