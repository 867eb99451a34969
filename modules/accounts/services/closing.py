"""People are never deleted: an account is closed and opened again, and in the end loses its personal data."""

from datetime import datetime
from secrets import token_hex

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from modules.accounts.errors import AlreadyDone, NotYourself, PersonRemoved
from modules.accounts.events import AccountClosed, PersonPseudonymised
from modules.accounts.models import Invitation, User
from modules.accounts.services.people import check_owner_stays, locked
from modules.accounts.standing import require_reach
from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.errors import NotAllowed
from modules.core.events import publish

GONE = "@removed.invalid"
"""`.invalid` is reserved: no mail ever arrives there."""


def deactivate_user(user: User, *, actor: Actor, at: datetime, reason: str = "") -> User:
    """Close an account: its sessions end with their next request. Not one's own, not the last owner's."""
    with transaction.atomic():
        kept = _locked(user, actor=actor)
        if not kept.is_active:
            raise AlreadyDone
        _write(kept, is_active=False)
        publish(AccountClosed(user_id=kept.pk, at=at))
        audit(kept, "deactivated", actor=actor, at=at, changes={"is_active": [True, False]}, reason=reason)
    return kept


def reactivate_user(user: User, *, actor: Actor, at: datetime) -> User:
    """Open a closed account again; roles and address are as they were."""
    with transaction.atomic():
        kept = _locked(user, actor=actor)
        if kept.pseudonymised_at is not None:
            raise PersonRemoved
        if kept.is_active:
            raise AlreadyDone
        _write(kept, is_active=True)
        audit(kept, "reactivated", actor=actor, at=at, changes={"is_active": [False, True]})
    return kept


def pseudonymise_user(user: User, *, actor: Actor, at: datetime, reason: str = "") -> User:
    """Remove what says who somebody is, for ever. Orders, invoices and the trail keep the number of the account."""
    require(actor, "accounts.pseudonymise_user")
    with transaction.atomic():
        kept = _locked(user, actor=actor)
        if kept.pseudonymised_at is not None:
            raise AlreadyDone
        address, was_open = kept.email, kept.is_active
        publish(PersonPseudonymised(user_id=kept.pk, email=address, at=at))
        EmailAddress.objects.filter(user=kept).delete()
        Authenticator.objects.filter(user=kept).delete()
        Invitation.objects.filter(email=address, accepted_at__isnull=True, revoked_at__isnull=True).update(
            revoked_at=at
        )
        pseudonym = f"removed-{token_hex(6)}{GONE}"
        Invitation.objects.filter(email=address).update(email=pseudonym, name="")
        kept.groups.clear()
        kept.user_permissions.clear()
        _write(
            kept,
            email=pseudonym,
            name="",
            password=make_password(None),
            language="",
            time_zone="",
            manager=None,
            is_active=False,
            is_staff=False,
            is_superuser=False,
            last_login=None,
            pseudonymised_at=at,
        )
        if was_open:
            publish(AccountClosed(user_id=kept.pk, at=at))
        audit(kept, "pseudonymised", actor=actor, at=at, reason=reason)
    return kept


def reset_mfa(user: User, *, actor: Actor, at: datetime, reason: str) -> None:
    """Take the second step of the sign-in off an account whose phone is lost; the person sets it up anew."""
    require(actor, "accounts.reset_mfa")
    with transaction.atomic():
        kept = locked(user, actor=actor)
        require_reach(actor, kept)
        if actor.user_id == kept.pk:
            raise NotYourself
        count, _by_model = Authenticator.objects.filter(user=kept).delete()
        if not count:
            raise AlreadyDone
        audit(kept, "mfa_reset", actor=actor, at=at, reason=reason)


def _locked(user: User, *, actor: Actor) -> User:
    """The account under lock, after everything that speaks against closing or opening it."""
    require(actor, "accounts.delete_user")
    if actor.user_id == user.pk:
        raise NotYourself
    check_owner_stays(user, stays=False)
    kept = locked(user, actor=actor)
    require_reach(actor, kept)
    if actor.user is not None and not User.objects.filter(pk=actor.user.pk, is_active=True).exists():
        raise NotAllowed  # closed meanwhile, by somebody who was quicker
    return kept


def _write(user: User, **changes: object) -> None:
    User.objects.filter(pk=user.pk).update(**changes, revision=F("revision") + 1)
    user.refresh_from_db()
