"""Asking people to join the staff: one open invitation an address, a link that holds once and not for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from modules.accounts.errors import AddressTaken, AlreadyInvited, InvitationClosed, InvitationEnded
from modules.accounts.managers import fold_email
from modules.accounts.models import Invitation, Role, User, new_round
from modules.accounts.services.people import enrol
from modules.accounts.standing import require_rights, rights_of_roles
from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.outbox import send

LIFETIME = timedelta(hours=72)
EFFECT = "accounts.invitation"
_SALT = "accounts.invitation"


def invite(
    *,
    email: str,
    actor: Actor,
    at: datetime,
    roles: Iterable[Role] = (),
    name: str = "",
    language: str = "",
    is_staff: bool = True,
) -> Invitation:
    """Ask an address to join. AlreadyInvited, AddressTaken; roles are given only within the actor's own rights."""
    require(actor, "accounts.add_invitation")
    address, roles = fold_email(email), list(roles)
    _require_gifts(actor, roles, is_staff=is_staff)
    if User.objects.filter(email=address).exists():
        raise AddressTaken
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                email=address,
                name=name,
                language=language or translation.get_language() or "",
                is_staff=is_staff,
                invited_by=actor.user,
                created_at=at,
                sent_at=at,
                expires_at=at + LIFETIME,
            )
            made.roles.set(roles)
            titles = sorted(role.title for role in roles)
            audit(made, "invited", actor=actor, at=at, changes={"email": [None, address], "roles": [[], titles]})
            _post(made, at=at)
    except IntegrityError as error:
        raise AlreadyInvited from error
    return made


def resend_invitation(invitation: Invitation, *, actor: Actor, at: datetime) -> Invitation:
    """Send it again with a new link, for three days from now; the links before it no longer hold."""
    require(actor, "accounts.change_invitation")
    with transaction.atomic():
        kept = _open(invitation)
        _require_gifts(actor, list(kept.roles.all()), is_staff=kept.is_staff)
        Invitation.objects.filter(pk=kept.pk).update(
            round=new_round(), sent_at=at, expires_at=at + LIFETIME, revision=F("revision") + 1
        )
        kept.refresh_from_db()
        audit(kept, "sent_again", actor=actor, at=at)
        _post(kept, at=at)
    return kept


def revoke_invitation(invitation: Invitation, *, actor: Actor, at: datetime) -> Invitation:
    """Withdraw it: its link opens nothing from now on."""
    require(actor, "accounts.change_invitation")
    with transaction.atomic():
        kept = _open(invitation)
        Invitation.objects.filter(pk=kept.pk).update(revoked_at=at, revision=F("revision") + 1)
        kept.refresh_from_db()
        audit(kept, "withdrawn", actor=actor, at=at)
    return kept


def token_of(invitation: Invitation) -> str:
    """What stands in the link. It is kept nowhere: it is signed anew when the mail is written (F50)."""
    return signing.dumps([invitation.pk, invitation.round], salt=_SALT)


def invitation_of(token: str, *, at: datetime) -> Invitation:
    """The open invitation that a link names; InvitationClosed, in the same words whatever is wrong with it."""
    try:
        number, turn = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise InvitationClosed from error
    open_ones = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)
    found = open_ones.filter(pk=number, round=turn).first()
    if found is None:
        raise InvitationClosed
    return found


def accept_invitation(token: str, *, name: str, password: str | None, at: datetime) -> User:
    """Make the account with its roles; the link has proved the address. AddressTaken when one was made meanwhile."""
    with transaction.atomic():
        kept = _locked_by(token, at=at)
        if User.objects.filter(email=kept.email).exists():
            raise AddressTaken
        user = enrol(
            email=kept.email,
            name=name,
            password=password,
            verified=True,
            is_staff=kept.is_staff,
            language=kept.language,
            date_joined=at,
        )
        _give(kept, user, at=at)
    return user


def join(token: str, *, user: User, at: datetime) -> User:
    """Give what was offered to the account that the address has by now, when it is that account that asks."""
    with transaction.atomic():
        kept = _locked_by(token, at=at)
        person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if person.email != kept.email or not person.is_active:
            raise InvitationClosed
        if kept.is_staff and not person.is_staff:
            User.objects.filter(pk=person.pk).update(is_staff=True, revision=F("revision") + 1)
        _give(kept, person, at=at)
    return person


def _give(kept: Invitation, user: User, *, at: datetime) -> None:
    """What was offered, as far as whoever offered it may still give it."""
    inviter = kept.invited_by
    roles = list(kept.roles.all())
    if inviter is not None:
        _require_gifts_still_hold(Actor.of(inviter), roles, is_staff=kept.is_staff)
    user.groups.add(*[role.group_id for role in roles])
    Invitation.objects.filter(pk=kept.pk).update(accepted_at=at, accepted_by=user, revision=F("revision") + 1)
    titles = sorted(role.title for role in roles)
    audit(user, "joined", actor=Actor.of(user), at=at, changes={"roles": [[], titles]})


def _require_gifts_still_hold(inviter: Actor, roles: list[Role], *, is_staff: bool) -> None:
    """An invitation is worth no more than whoever sent it is today."""
    if inviter.user is None or not inviter.user.is_active:
        raise InvitationClosed
    if (roles or is_staff) and not inviter.may("accounts.change_role"):
        raise InvitationClosed
    try:
        require_rights(inviter, rights_of_roles(roles))
    except Exception as error:
        raise InvitationClosed from error


def _require_gifts(actor: Actor, roles: list[Role], *, is_staff: bool) -> None:
    if roles or is_staff:
        require(actor, "accounts.change_role")
    require_rights(actor, rights_of_roles(roles))


def _locked_by(token: str, *, at: datetime) -> Invitation:
    """The invitation of a link under lock, looked at again: it is accepted once."""
    found = invitation_of(token, at=at)
    Invitation.objects.select_for_update(no_key=True).filter(pk=found.pk).values_list("pk").first()
    return invitation_of(token, at=at)


def _open(invitation: Invitation) -> Invitation:
    kept = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if kept.accepted_at is not None or kept.revoked_at is not None:
        raise InvitationEnded
    return kept


def _post(invitation: Invitation, *, at: datetime) -> None:
    key = f"{EFFECT}:{invitation.pk}:{invitation.round}"
    send(EFFECT, {"invitation": invitation.pk, "round": invitation.round}, key=key, at=at, record=invitation)
