"""Who does something: a person, a guest with a signed link, or the system itself."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from modules.accounts.models import User

Kind = Literal["user", "guest", "system"]


@dataclass(frozen=True)
class Actor:
    """The author of a write. `grants` holds records opened to a guest by a signed link, as `films.order:17`."""

    kind: Kind
    user: "User | None" = None
    label: str = ""
    grants: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, user: "User", grants: frozenset[str] = frozenset()) -> "Actor":
        return cls("user", user, user.email, grants)

    @classmethod
    def guest(cls, label: str = "", grants: frozenset[str] = frozenset()) -> "Actor":
        return cls("guest", None, label, grants)

    @property
    def user_id(self) -> int | None:
        return None if self.user is None else self.user.pk

    @property
    def is_system(self) -> bool:
        return self.kind == "system"

    def may(self, permission: str) -> bool:
        """Whether this actor holds a Django permission such as `films.cancel_order`; the system holds all."""
        return self.is_system or (self.user is not None and self.user.has_perm(permission))

    def holds(self, record_type: str, record_id: int | None) -> bool:
        """Whether a signed link opened this record to the actor."""
        return f"{record_type}:{record_id}" in self.grants

    def __str__(self) -> str:
        return self.label or self.kind


SYSTEM = Actor("system", None, "system")
