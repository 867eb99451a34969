"""Changing people and roles."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from modules.accounts.managers import fold_email
from modules.accounts.models import Role, RoleOverride, User
from modules.accounts.roles import OWNER_ROLE, default_permissions
from modules.core.actors import Actor
from modules.core.audit import audit, changes_between
from modules.core.errors import Conflict, NotAllowed, Refusal


class LastOwner(Refusal):
    """Somebody must be able to do everything."""

    code = "last_owner"
    words = _("This is the last owner. Make somebody else an owner first.")


def change_user(
    user: User, *, changes: dict[str, str], actor: Actor, at: datetime, revision: int | None = None
) -> User:
    """Save plain fields of a person and say so in the audit trail; Conflict when `revision` is not today's (F26)."""
    with transaction.atomic():
        kept = User.objects.select_for_update().get(pk=user.pk)
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


def set_roles(user: User, roles: Iterable[Role], *, actor: Actor) -> None:
    """Give a person exactly these roles. Takes the right to change roles; the last owner keeps theirs."""
    if not actor.may("accounts.change_role"):
        raise NotAllowed
    roles = list(roles)
    wanted = {role.group_id for role in roles}
    with transaction.atomic():
        check_owner_stays(user, stays=user.is_superuser or any(role.key == OWNER_ROLE for role in roles))
        groups = set(user.groups.filter(role__isnull=False).values_list("pk", flat=True))
        user.groups.remove(*(groups - wanted))
        user.groups.add(*(wanted - groups))


def check_owner_stays(user: User, *, stays: bool) -> None:
    """LastOwner when the person is the only one who may do everything and would not stay it."""
    if stays:
        return
    holds = Q(groups__role__key=OWNER_ROLE) | Q(is_superuser=True)
    owners = set(User.objects.filter(holds, is_active=True, is_staff=True).values_list("pk", flat=True))
    if owners == {user.pk}:
        raise LastOwner


def create_role(*, title: str) -> Role:
    """Make a role of this installation, without rights; its key is made of the title."""
    stem = f"local.{slugify(title)[:60] or 'role'}"
    with transaction.atomic():
        taken = set(Role.objects.filter(key__startswith=stem).values_list("key", flat=True))
        key = next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if name not in taken)
        return Role.objects.create(group=Group.objects.create(name=key), key=key, title=title)


def set_role_permissions(role: Role, permissions: Iterable[Permission]) -> None:
    """Give a role exactly these rights; what differs from its manifest is kept as a local change."""
    if role.key == OWNER_ROLE:
        raise NotAllowed(_("The owner's role always has every right."))
    wanted = {permission.pk for permission in permissions}
    with transaction.atomic():
        role.group.permissions.set(wanted)
        defaults = default_permissions(role.key)
        if defaults is None:
            return
        role.overrides.all().delete()
        added = [RoleOverride(role=role, permission_id=pk, is_granted=True) for pk in wanted - defaults]
        removed = [RoleOverride(role=role, permission_id=pk, is_granted=False) for pk in defaults - wanted]
        RoleOverride.objects.bulk_create([*added, *removed])
