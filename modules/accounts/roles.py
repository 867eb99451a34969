"""Roles as the manifests declare them, with what this installation added and took away."""

import logging

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import override

from modules.accounts.models import Role
from modules.core.manifest import ALL, VIEW, Manifest, manifests

OWNER_ROLE = "accounts.owner"
LOCAL = "local."
"""How the keys of roles begin that were made in the console."""

logger = logging.getLogger(__name__)


def sync_roles() -> None:
    """Bring every role of the installed manifests in line: defaults, plus local additions, minus local removals.

    Roles of modules that are not installed stay as they are, so that switching a module off loses nothing.
    """
    with transaction.atomic():
        for manifest in manifests:
            for name in manifest.roles:
                _sync_role(manifest, name)


def default_permissions(key: str) -> set[int] | None:
    """The ids of the permissions that the manifest gives to a role; None for a role that was made here."""
    module, _, name = key.partition(".")
    manifest = manifests.get(module)
    if manifest is None or name not in manifest.roles:
        return None
    if key == OWNER_ROLE:
        return set(Permission.objects.values_list("pk", flat=True))
    return {pk for entry in manifest.roles[name] for pk in _meant(manifest.key, entry).values_list("pk", flat=True)}


def _meant(module: str, entry: str) -> QuerySet[Permission]:
    """The permissions that one entry of a role means: `VIEW`, `ALL`, `change_film` or `films.change_film`."""
    app_label, _, codename = entry.rpartition(".")
    permissions = Permission.objects.filter(content_type__app_label=app_label or module)
    if codename == ALL:
        return permissions
    if codename == VIEW:
        return permissions.filter(codename__startswith="view_")
    found = permissions.filter(codename=codename)
    if not found.exists():
        logger.warning("a role of %s names the permission %s, which does not exist", module, entry)
    return found


def _sync_role(manifest: Manifest, name: str) -> None:
    key = f"{manifest.key}.{name}"
    role = Role.objects.filter(key=key).select_related("group").first() or _create(manifest, name, key)
    wanted = default_permissions(key) or set()
    if key != OWNER_ROLE:
        for permission, is_granted in role.overrides.values_list("permission", "is_granted"):
            wanted = wanted | {permission} if is_granted else wanted - {permission}
    if wanted != set(role.group.permissions.values_list("pk", flat=True)):
        role.group.permissions.set(wanted)


def _create(manifest: Manifest, name: str, key: str) -> Role:
    with override(settings.LANGUAGE_CODE):
        title = str(manifest.role_titles.get(name, name.replace("_", " ").capitalize()))
    group, _ = Group.objects.get_or_create(name=key)
    return Role.objects.create(group=group, key=key, title=title)
