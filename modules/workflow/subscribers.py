"""What the engine does after every migrate."""

from modules.core.after_migrate import after_migrate
from modules.workflow.publishing import publish_permissions, store_definitions


@after_migrate(order=20)
def permissions() -> None:
    """Before the roles (30), which are made of these permissions."""
    publish_permissions()


@after_migrate(order=21)
def definitions() -> None:
    store_definitions()
