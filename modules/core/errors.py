"""Expected refusals: typed, with a stable code and words for the person; never logged as faults."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Refusal(Exception):
    """Something that was asked for is not done, for a reason the person can understand.

    Subclass it beside the code that raises it: `code` is stable and machine-readable, `words` may use `{names}`
    filled from keyword arguments.
    """

    code: ClassVar[str] = "refused"
    words: Words = _("This is not possible now.")

    def __init__(self, words: Words | None = None, **facts: object) -> None:
        if words is not None:
            self.words = words
        self.facts: Mapping[str, object] = facts
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.words).format(**self.facts) if self.facts else str(self.words)


class NotAllowed(Refusal):
    """The person may never do this."""

    code = "not_allowed"
    words = _("You do not have the right to do this.")


class Conflict(Refusal):
    """Somebody else changed the record meanwhile."""

    code = "conflict"
    words = _("Somebody else changed this meanwhile. Look at the present state and try again.")
