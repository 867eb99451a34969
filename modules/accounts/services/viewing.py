"""Looking at pages as somebody else: who may, and what the trail says of it."""

from datetime import datetime

from django.db import transaction

from modules.accounts.errors import CannotViewAs
from modules.accounts.models import User
from modules.accounts.standing import reaches
from modules.core.actors import Actor
from modules.core.audit import audit

VIEW_AS = "accounts.view_as"


def may_view_as(actor: Actor, user: User) -> bool:
    """With the right to; never oneself, a superuser, an account that is closed, or somebody who may do more."""
    if not actor.may(VIEW_AS) or actor.user is None or not actor.user.is_staff or actor.user_id == user.pk:
        return False
    return user.is_active and not user.is_superuser and reaches(actor, user)


def start_view_as(user: User, *, actor: Actor, at: datetime, reason: str) -> None:
    """Write down that somebody begins to look at a person's pages; CannotViewAs when they may not."""
    if not may_view_as(actor, user):
        raise CannotViewAs
    with transaction.atomic():
        audit(user, "view_as_started", actor=actor, at=at, reason=reason)


def end_view_as(user: User, *, actor: Actor, at: datetime, reason: str) -> None:
    """Write down that it ended, and why: stopped, out of time, or no longer allowed."""
    with transaction.atomic():
        audit(user, "view_as_ended", actor=actor, at=at, reason=reason)
