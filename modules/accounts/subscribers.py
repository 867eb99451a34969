"""What the accounts do when something else has happened."""

from modules.accounts.roles import sync_roles
from modules.core.after_migrate import after_migrate


@after_migrate(order=30)
def roles_follow_manifests() -> None:
    """After the permissions of models and workflows exist."""
    sync_roles()
