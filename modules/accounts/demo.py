"""The demo's people. Their password is known to all the world, so it opens nothing where the demo is off."""

from collections.abc import Callable
from datetime import datetime

from modules.accounts import services
from modules.accounts.backends import DEMO_DOMAIN
from modules.accounts.models import Invitation, Role, User
from modules.accounts.roles import OWNER_ROLE
from modules.accounts.services.invitations import invite
from modules.core.actors import SYSTEM, Actor

PASSWORD = "demo"  # noqa: S105 - the backend refuses these accounts outside the demo
STAFF_ROLES = ("films.clerk", "suggestions.staff")
"""What the demo's clerk may do; roles of modules that are not installed are left out."""
MANAGER_ROLES = (
    "films.manager", "billing.manager", "suggestions.staff", "suggestions.buyer", "suggestions.manager",
)  # fmt: skip

PEOPLE = (
    ("owner", "Olivia Marsh", (OWNER_ROLE, *MANAGER_ROLES), True),
    ("staff", "Sam Whitlock", STAFF_ROLES, True),
    ("customer", "Clara Reyes", (), False),
    ("ines", "Inés Robledo", STAFF_ROLES, True),
    ("marc", "Marc Duval", MANAGER_ROLES, True),
    ("nadia", "Nadia Ortega", (), False),
    ("leo", "Leo Brandt", (), False),
    ("mei", "Mei Tanaka", (), False),
)
INVITED = "paula.nieto@example.test"


def load(report: Callable[[str], None], at: datetime) -> None:
    """Make the people of the demo, with verified addresses, unless they are there; one more is invited."""
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
        _invite(at)


def _invite(at: datetime) -> None:
    """A new colleague who has not answered yet; the mail with the link is sent when the shop opens."""
    owner = User.objects.get(email=f"{PEOPLE[0][0]}{DEMO_DOMAIN}")
    if not Invitation.objects.filter(email=INVITED).exists():
        roles = Role.objects.filter(key__in=STAFF_ROLES)
        invite(email=INVITED, name="Paula Nieto", roles=roles, language="es", actor=Actor.of(owner), at=at)
