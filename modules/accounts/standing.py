"""Who may reach whom: nobody gives, takes or touches more than they hold."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q

from modules.accounts.errors import BeyondOwnRights
from modules.accounts.models import Role, User
from modules.core.actors import Actor


def held_by(user: User) -> set[int]:
    """The ids of what a person holds by roles and by themselves, whether or not the account is active."""
    holds = Q(group__user=user) | Q(user=user)
    return set(Permission.objects.filter(holds).values_list("pk", flat=True))


def holds_all(actor: Actor, permissions: Iterable[int]) -> bool:
    """Whether the actor holds every one of these permissions."""
    if actor.is_system or (actor.user is not None and actor.user.is_superuser and actor.user.is_active):
        return True
    return actor.user is not None and actor.user.is_active and set(permissions) <= held_by(actor.user)


def reaches(actor: Actor, user: User) -> bool:
    """Whether the person may do nothing that the actor may not: only then is their account the actor's business."""
    if actor.is_system or actor.user_id == user.pk or (actor.user is not None and actor.user.is_superuser):
        return True
    return not user.is_superuser and holds_all(actor, held_by(user))


def require_reach(actor: Actor, user: User) -> None:
    """BeyondOwnRights when the person may do more than the actor."""
    if not reaches(actor, user):
        raise BeyondOwnRights


def require_rights(actor: Actor, permissions: Iterable[int]) -> None:
    """BeyondOwnRights unless the actor holds them all."""
    wanted = set(permissions)
    if wanted and not holds_all(actor, wanted):
        raise BeyondOwnRights


def rights_of_roles(roles: Iterable[Role]) -> set[int]:
    """The ids of what these roles give."""
    groups = [role.group_id for role in roles]
    return set(Permission.objects.filter(group__in=groups).values_list("pk", flat=True)) if groups else set()
