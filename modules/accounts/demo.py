"""The demo's people. Their password is known to all the world, so it opens nothing where the demo is off."""

from collections.abc import Callable
from datetime import datetime

from modules.accounts import services
from modules.accounts.backends import DEMO_DOMAIN
from modules.accounts.models import Role, User
from modules.accounts.roles import OWNER_ROLE
from modules.core.actors import SYSTEM

PASSWORD = "demo"  # noqa: S105 - the backend refuses these accounts outside the demo
STAFF_ROLES = ("films.clerk",)
"""What the demo's clerk may do; roles of modules that are not installed are left out."""

PEOPLE = (
    ("owner", "Olivia Marsh", (OWNER_ROLE,), True),
    ("staff", "Sam Whitlock", STAFF_ROLES, True),
    ("customer", "Clara Reyes", (), False),
)


def load(report: Callable[[str], None], at: datetime) -> None:
    """Make the three people of the demo, with verified addresses, unless they are there."""
    made = 0
    for local, name, roles, is_staff in PEOPLE:
        email = f"{local}{DEMO_DOMAIN}"
        if User.objects.filter(email=email).exists():
            continue
        user = services.enrol(
            email=email, name=name, password=PASSWORD, verified=True, is_staff=is_staff, date_joined=at
        )
        services.set_roles(user, Role.objects.filter(key__in=roles), actor=SYSTEM, at=at)
        made += 1
    if made:
        report(f"{made} people")
