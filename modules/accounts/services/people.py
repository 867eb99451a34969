"""Writing people: their facts, their address, their roles."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.accounts.errors import AddressTaken, LastOwner, PersonRemoved
from modules.accounts.managers import fold_email
from modules.accounts.models import Role, User
from modules.accounts.roles import OWNER_ROLE
from modules.accounts.standing import require_reach, require_rights, rights_of_roles
from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit, changes_between
from modules.core.errors import Conflict

OWN_FACTS = frozenset({"name", "language", "time_zone"})
"""What people may say of themselves."""
FACTS = OWN_FACTS | {"email", "is_staff", "manager"}
"""What staff with the right to change people may set; never a password, never `is_superuser` (F38)."""


def locked(user: User, *, actor: Actor) -> User:
    """The person as they are now, under lock, and whoever acts on them with them, in the order of their numbers.

    The trail points at the actor, whose row somebody else may hold at the same moment: two who change each other come
    one after the other. No key is locked, so that rows which only point at a person never wait. Who asks whether an
    owner stays does so first.
    """
    numbers = {user.pk, actor.user_id or user.pk}
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    return {row.pk: row for row in rows}[user.pk]


def change_user(
    user: User, *, changes: Mapping[str, Any], actor: Actor, at: datetime, revision: int | None = None
) -> User:
    """Save plain fields of a person and say so in the audit trail; Conflict when `revision` is not today's (F26)."""
    with transaction.atomic():
        kept = locked(user, actor=actor)
        if revision is not None and kept.revision != revision:
            raise Conflict
        before = {name: getattr(kept, name) for name in changes}
        differences = changes_between(before, changes)
        if not differences:
            return kept
        for name, value in changes.items():
            setattr(kept, name, value)
        kept.revision = F("revision") + 1
        kept.save(update_fields=[*changes, "revision"])
        kept.refresh_from_db(fields=["revision"])
        audit(kept, "changed", actor=actor, at=at, changes=differences)
    return kept


def edit_user(
    user: User, *, changes: Mapping[str, Any], actor: Actor, at: datetime, revision: int | None = None
) -> User:
    """Change facts of somebody else. A new address must be verified by its owner before it opens the account."""
    require(actor, "accounts.change_user")
    if unknown := set(changes) - FACTS:
        raise ValueError(f"{sorted(unknown)} of a person are not changed by hand")
    with transaction.atomic():
        if "is_staff" in changes:
            _lock_ownership()
        kept = locked(user, actor=actor)
        require_reach(actor, kept)
        if kept.pseudonymised_at is not None:
            raise PersonRemoved
        told = {**changes, **({"email": fold_email(changes["email"])} if "email" in changes else {})}
        if "is_staff" in told and bool(told["is_staff"]) != kept.is_staff:
            require(actor, "accounts.change_role")
            check_owner_stays(kept, stays=bool(told["is_staff"]))
        try:
            with transaction.atomic():
                saved = change_user(kept, changes=told, actor=actor, at=at, revision=revision)
        except IntegrityError as error:
            raise AddressTaken(_("There is already an account with this e-mail address.")) from error
        if "email" in told:
            move_address(saved)
    return saved


def enrol(*, email: str, name: str = "", password: str | None = None, verified: bool = False, **fields: Any) -> User:
    """Make an account with its address; without a password the person comes in by code and may choose one."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name, **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def move_address(user: User) -> None:
    """After the address of a person was changed for them: the new one must be verified at the next sign-in."""
    with transaction.atomic():
        EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
        EmailAddress.objects.get_or_create(
            user=user, email=fold_email(user.email), defaults={"primary": True, "verified": False}
        )


def set_roles(user: User, roles: Iterable[Role], *, actor: Actor, at: datetime) -> None:
    """Give a person exactly these roles. What is given or taken, the actor must hold; the last owner stays one."""
    require(actor, "accounts.change_role")
    roles = list(roles)
    with transaction.atomic():
        owner_role = any(role.key == OWNER_ROLE for role in roles)
        check_owner_stays(user, stays=user.is_superuser or owner_role)
        had = list(Role.objects.filter(group__user=user))
        moved = set(roles) ^ set(had)
        if not moved:
            return
        require_rights(actor, rights_of_roles(moved))
        require_reach(actor, user)
        user.groups.remove(*[role.group_id for role in moved if role in had])
        user.groups.add(*[role.group_id for role in moved if role not in had])
        User.objects.filter(pk=user.pk).update(revision=F("revision") + 1)
        titles = [sorted(role.title for role in some) for some in (had, roles)]
        audit(user, "changed", actor=actor, at=at, changes={"roles": titles})


def check_owner_stays(user: User, *, stays: bool) -> None:
    """LastOwner when the person is the only one who may do everything and would not stay it.

    Holds the owner's role locked until the transaction ends: two owners who put each other out at once come one after
    the other, and the second is refused.
    """
    if stays:
        return
    _lock_ownership()
    holds = Q(groups__role__key=OWNER_ROLE) | Q(is_superuser=True)
    owners = set(User.objects.filter(holds, is_active=True, is_staff=True).values_list("pk", flat=True))
    if owners == {user.pk}:
        raise LastOwner


def _lock_ownership() -> None:
    """Always before any person: who removes somebody and who changes them wait in the same order."""
    Role.objects.select_for_update(no_key=True).filter(key=OWNER_ROLE).values_list("pk").first()
