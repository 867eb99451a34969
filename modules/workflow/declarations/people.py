"""Who may do something, who gets it to do, and how several come to one outcome."""

from modules.workflow.graph import ActorRule, Decision

OWNER = ActorRule("owner")
"""The person whose record it is (the flow's `owner` field), or a guest with a signed link to it."""


def Staff(permission: str) -> ActorRule:  # noqa: N802 - reads as a kind of people
    """Whoever holds a permission such as `films.cancel_order`; the permission is derived from the flow."""
    return ActorRule("staff", permission)


def role(key: str) -> ActorRule:
    """Whoever has a role such as `films.clerk`."""
    return ActorRule("role", key)


def person(field: str) -> ActorRule:
    """The person in a field of the record, such as `assignee`."""
    return ActorRule("person", field)


LINK = ActorRule("link")
"""Whoever opened a signed link to the record; the rights come from the record, not from a role."""
ASSIGNEE = ActorRule("assignee")
"""Whoever has an open task of the record."""
ANY, ALL, MAJORITY, SEQUENCE = Decision("any"), Decision("all"), Decision("majority"), Decision("sequence")


def quorum(count: int, *, otherwise: str = "") -> Decision:
    """So many equal answers decide; `otherwise` is the outcome where none can get so many any more."""
    return Decision("quorum", count, otherwise=otherwise)


def each(over: str, *, count: int = 0, otherwise: str = "") -> Decision:
    """One answer for each row of a relation such as `lines`; all of them, or so many."""
    return Decision("each", count, over, otherwise)


def round_robin(role: str) -> ActorRule:
    """The people of a role in turn."""
    return ActorRule("round_robin", role)


def least_loaded(role: str) -> ActorRule:
    """The person of a role with the fewest open tasks."""
    return ActorRule("least_loaded", role)


def members(role: str) -> ActorRule:
    """Every person of a role, each for themselves."""
    return ActorRule("members", role)


def manager_of(field: str = "") -> ActorRule:
    """The manager of the person in a field of the record; without a field, of who brought it here."""
    return ActorRule("manager", field)


def link_to(field: str) -> ActorRule:
    """Somebody outside, whose e-mail address stands in a field of the record: gets a signed link that expires."""
    return ActorRule("link", field)


def computed(expression: str) -> ActorRule:
    """Whom an expression names: `record.cost > 500 ? "role:films.manager" : "role:films.clerk"`."""
    return ActorRule("expression", expression)
