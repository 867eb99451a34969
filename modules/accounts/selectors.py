"""Reading people and roles."""

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from modules.accounts.choices import InvitationState
from modules.accounts.guests import grants_of
from modules.accounts.managers import fold_email
from modules.accounts.models import Invitation, Role, User
from modules.core import clock
from modules.core.actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request: the signed-in person, or a guest, each with what signed links opened."""
    known: Actor | None = getattr(request, "actor", None)
    if known is not None:
        return known
    user = getattr(request, "user", AnonymousUser())
    return Actor.of(user, grants_of(request)) if isinstance(user, User) else Actor.guest(grants=grants_of(request))


def user_by_email(email: str) -> User | None:
    """The account of an address, whatever its capitals."""
    return User.objects.filter(email=fold_email(email)).first()


def role_group(key: str) -> Group:
    """The group of a role such as `films.clerk`; LookupError when no module declares it."""
    group = Group.objects.filter(role__key=key).first()
    if group is None:
        raise LookupError(f"there is no role “{key}”; roles come into being after migrate")
    return group


def role_keys(user: User) -> frozenset[str]:
    """The keys of the roles a person has; read once for each loaded user, as Django does with permissions."""
    known: frozenset[str] | None = getattr(user, "_role_keys", None)
    if known is None:
        known = frozenset(Role.objects.filter(group__user=user).values_list("key", flat=True))
        user._role_keys = known  # type: ignore[attr-defined]
    return known


def users_with_role(key: str) -> QuerySet[User]:
    """Active people who have the role, oldest account first."""
    return User.objects.filter(groups__role__key=key, is_active=True).order_by("pk")


def users_with_permission(permission: str) -> QuerySet[User]:
    """Active people who hold `films.cancel_order` by a role, by themselves or as superuser, oldest account first."""
    app_label, codename = permission.split(".", 1)
    found = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    holds = Q(groups__permissions__in=found) | Q(user_permissions__in=found) | Q(is_superuser=True)
    people = User.objects.filter(holds, is_active=True).values("pk")
    return User.objects.filter(pk__in=people).order_by("pk")


def roles_with_permission(permission: str) -> list[str]:
    """The roles that hold a permission, in words, in the reader's language."""
    app_label, codename = permission.split(".", 1)
    held = Role.objects.filter(
        group__permissions__codename=codename, group__permissions__content_type__app_label=app_label
    )
    return [role.words for role in held.order_by("key")]


def invitations_in(*states: InvitationState) -> QuerySet[Invitation]:
    """The invitations that stand so at this moment."""
    now = clock.now()
    unanswered = Q(accepted_at__isnull=True, revoked_at__isnull=True)
    meant = {
        InvitationState.OPEN: unanswered & Q(expires_at__gt=now),
        InvitationState.EXPIRED: unanswered & Q(expires_at__lte=now),
        InvitationState.ACCEPTED: Q(accepted_at__isnull=False),
        InvitationState.REVOKED: Q(revoked_at__isnull=False),
    }
    wanted = Q(pk__in=[])
    for state in states:
        wanted |= meant[state]
    return Invitation.objects.filter(wanted)
