"""What other modules may use of the accounts."""

from modules.accounts.guests import LinkExpired, LinkUnknown, grant_guest, grants_of, guest_link, open_guest_link
from modules.accounts.selectors import (
    actor_of,
    role_group,
    role_keys,
    roles_with_permission,
    user_by_email,
    users_with_permission,
    users_with_role,
)

__all__ = [
    "LinkExpired",
    "LinkUnknown",
    "actor_of",
    "grant_guest",
    "grants_of",
    "guest_link",
    "open_guest_link",
    "role_group",
    "role_keys",
    "roles_with_permission",
    "user_by_email",
    "users_with_permission",
    "users_with_role",
]
