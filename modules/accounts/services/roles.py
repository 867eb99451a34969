"""Writing roles: what each may do, here, beside what the manifests say."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from modules.accounts.models import Role, RoleOverride
from modules.accounts.rights import whole_words
from modules.accounts.roles import LOCAL, OWNER_ROLE, default_permissions
from modules.accounts.standing import require_rights
from modules.core.access import require
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.errors import NotAllowed


def create_role(*, title: str, actor: Actor, at: datetime) -> Role:
    """Make a role of this installation, without rights; its key is made of the title."""
    require(actor, "accounts.add_role")
    stem = f"{LOCAL}{slugify(title)[:60] or 'role'}"
    with transaction.atomic():
        taken = set(Role.objects.filter(key__startswith=stem).values_list("key", flat=True))
        key = next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if name not in taken)
        role = Role.objects.create(group=Group.objects.create(name=key), key=key, title=title)
        audit(role, "created", actor=actor, at=at, changes={"title": [None, title], "key": [None, key]})
    return role


def rename_role(role: Role, *, title: str, actor: Actor, at: datetime) -> Role:
    """Call a role something else; its key stays."""
    require(actor, "accounts.change_role")
    with transaction.atomic():
        kept = Role.objects.select_for_update(no_key=True).get(pk=role.pk)
        if kept.title != title:
            audit(kept, "changed", actor=actor, at=at, changes={"title": [kept.title, title]})
            Role.objects.filter(pk=kept.pk).update(title=title, revision=F("revision") + 1)
            kept.refresh_from_db()
    return kept


def remove_role(role: Role, *, actor: Actor, at: datetime) -> None:
    """Remove a role that was made here, with its group, or people would keep rights that nobody sees any more."""
    require(actor, "accounts.delete_role")
    if not role.key.startswith(LOCAL):
        raise NotAllowed(_("This role belongs to a module and cannot be removed. Take its rights away instead."))
    with transaction.atomic():
        held = set(role.group.permissions.values_list("pk", flat=True))
        require_rights(actor, held)
        audit(role, "deleted", actor=actor, at=at, changes={"title": [role.title, None]})
        role.group.delete()


def set_role_permissions(role: Role, permissions: Iterable[Permission], *, actor: Actor, at: datetime) -> None:
    """Give a role exactly these rights; what differs from its manifest is kept as a local change."""
    wanted = {permission.pk for permission in permissions}
    with transaction.atomic():
        had = set(_open_role(role, actor=actor).group.permissions.values_list("pk", flat=True))
        change_rights(role, {pk: pk in wanted for pk in wanted ^ had}, actor=actor, at=at)


def change_rights(role: Role, changes: Mapping[int, bool], *, actor: Actor, at: datetime) -> int:
    """Give (True) or take (False) single rights by id; what is so already stays silent. Gives how many changed."""
    with transaction.atomic():
        kept = _open_role(role, actor=actor)
        had = set(kept.group.permissions.filter(pk__in=changes).values_list("pk", flat=True))
        moved = {pk: is_granted for pk, is_granted in changes.items() if is_granted != (pk in had)}
        if not moved:
            return 0
        require_rights(actor, moved)
        kept.group.permissions.add(*[pk for pk, is_granted in moved.items() if is_granted])
        kept.group.permissions.remove(*[pk for pk, is_granted in moved.items() if not is_granted])
        _keep_overrides(kept, moved)
        Role.objects.filter(pk=kept.pk).update(revision=F("revision") + 1)
        audit(kept, "rights_changed", actor=actor, at=at, changes=_in_words(moved))
    return len(moved)


def reset_right(role: Role, permission: int, *, actor: Actor, at: datetime) -> int:
    """Bring one right back to what the role's module says."""
    defaults = default_permissions(role.key)
    return 0 if defaults is None else change_rights(role, {permission: permission in defaults}, actor=actor, at=at)


def _open_role(role: Role, *, actor: Actor) -> Role:
    """The role under lock, if its rights may be changed at all."""
    require(actor, "accounts.change_role")
    if role.key == OWNER_ROLE:
        raise NotAllowed(_("The owner's role always has every right."))
    rows = Role.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("group").get(pk=role.pk)


def _keep_overrides(role: Role, moved: Mapping[int, bool]) -> None:
    """Note what now differs from the manifest, and forget what no longer does."""
    defaults = default_permissions(role.key)
    if defaults is None:
        return
    role.overrides.filter(permission__in=moved).delete()
    RoleOverride.objects.bulk_create(
        RoleOverride(role=role, permission_id=pk, is_granted=is_granted)
        for pk, is_granted in moved.items()
        if is_granted != (pk in defaults)
    )


def _in_words(moved: Mapping[int, bool]) -> dict[str, list[bool]]:
    """`{right: [before, after]}`, in the words of the house: they must still mean something in ten years."""
    with override(settings.LANGUAGE_CODE):
        found = Permission.objects.filter(pk__in=moved).select_related("content_type").order_by("pk")
        return {whole_words(permission): [not moved[permission.pk], moved[permission.pk]] for permission in found}
