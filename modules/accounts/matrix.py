"""Every right of every role on one page: rows are rights in words, columns are roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _

from modules.accounts.models import Role, RoleOverride
from modules.accounts.rights import in_order, kind_words, module_words, own_permissions, right_words
from modules.accounts.roles import LOCAL, OWNER_ROLE
from modules.accounts.standing import held_by
from modules.core.actors import Actor
from modules.core.text import fold


@dataclass(frozen=True)
class Cell:
    """One right of one role."""

    role: Role
    permission_id: int
    label: str
    is_granted: bool
    is_open: bool
    deviation: str

    @property
    def name(self) -> str:
        return f"{self.role.pk}:{self.permission_id}"


@dataclass(frozen=True)
class Row:
    """One right."""

    kind: str
    right: str
    is_first_of_kind: bool
    cells: list[Cell]


@dataclass(frozen=True)
class Section:
    """The rights of one module."""

    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Grants:
    """What is so now, read at once for all roles."""

    given: frozenset[tuple[int, int]]
    overrides: Mapping[tuple[int, int], bool]
    own: frozenset[int] | None
    """What the viewer holds; None for somebody who holds everything."""
    may_change: bool


def grants_of(roles: Iterable[Role], actor: Actor) -> Grants:
    """Three queries, however many roles and rights there are."""
    groups = [role.group_id for role in roles]
    through = Group.permissions.through
    given = through.objects.filter(group__in=groups).values_list("group_id", "permission_id")
    overrides = RoleOverride.objects.filter(role__in=roles).values_list("role_id", "permission_id", "is_granted")
    is_free = actor.is_system or (actor.user is not None and actor.user.is_superuser)
    own = None if is_free or actor.user is None else frozenset(held_by(actor.user))
    return Grants(
        frozenset(given),
        {(role, permission): is_granted for role, permission, is_granted in overrides},
        own,
        actor.may("accounts.change_role"),
    )


def sections_of(
    roles: list[Role], grants: Grants, *, module: str = "", term: str = "", only_deviations: bool = False
) -> list[Section]:
    """The rows that the filters leave, by module."""
    wanted = own_permissions().filter(content_type__app_label=module) if module else own_permissions()
    sections: dict[str, list[Row]] = {}
    last = ""
    for permission in in_order(wanted):
        title, kind, right = module_words(permission), kind_words(permission), right_words(permission)
        if term and fold(term) not in fold(f"{title} {kind} {right}"):
            continue
        cells = [cell_of(role, permission, grants) for role in roles]
        if only_deviations and not any(cell.deviation for cell in cells):
            continue
        sections.setdefault(title, []).append(Row(kind, right, kind != last, cells))
        last = kind
    return [Section(title, rows) for title, rows in sections.items()]


def cell_of(role: Role, permission: Permission, grants: Grants) -> Cell:
    """One cell; it is open to those who hold the right themselves."""
    is_open = grants.may_change and role.key != OWNER_ROLE and (grants.own is None or permission.pk in grants.own)
    label = f"{role.words}: {kind_words(permission)}, {right_words(permission)}"
    deviation = ""
    if not role.key.startswith(LOCAL) and (role.pk, permission.pk) in grants.overrides:
        deviation = _("added here") if grants.overrides[role.pk, permission.pk] else _("taken away here")
    is_granted = (role.group_id, permission.pk) in grants.given
    return Cell(role, permission.pk, label, is_granted, is_open, deviation)
