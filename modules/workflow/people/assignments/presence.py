"""Who does somebody's tasks at a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import connection

from modules.core.statements import quote
from modules.workflow.models import Absence

LONGEST_CHAIN = 5
"""A substitute may be away too, and theirs; so far it is followed."""


@dataclass(frozen=True)
class Holder:
    """Who does somebody's tasks at a moment: themselves, a substitute, or nobody."""

    person: int | None
    stands_in_for: int | None = None


def holders_at(people: Collection[int], at: datetime) -> dict[int, Holder]:
    """By person: who does their tasks at this moment. Somebody without an account that is open has nobody."""
    away = _standing(people, at)
    found: dict[int, Holder] = {}
    for person in people:
        current, seen = person, {person}
        for _step in range(LONGEST_CHAIN):
            if current not in away:
                away |= _standing([current], at)
            is_active, substitute = away[current]
            if is_active and substitute is None:
                found[person] = Holder(current, None if current == person else person)
                break
            if substitute is None or substitute in seen:
                break
            current = substitute
            seen.add(substitute)
        found.setdefault(person, Holder(None))
    return found


def _standing(people: Collection[int], at: datetime) -> dict[int, tuple[bool, int | None]]:
    """By person: whether the account is open, and who stands in at this moment."""
    if not people:
        return {}
    moment = connection.ops.adapt_datetimefield_value(at)
    users, absences = quote(get_user_model()._meta.db_table), quote(Absence._meta.db_table)
    places = ", ".join(["%s"] * len(people))
    sql = (
        f"SELECT u.id, u.is_active, a.substitute_id FROM {users} u LEFT JOIN {absences} a"  # noqa: S608 - our names
        f" ON a.person_id = u.id AND a.starts_at <= %s AND a.ends_at > %s WHERE u.id IN ({places})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, moment, *people])
        rows = cursor.fetchall()
    known = {int(pk): (bool(active), substitute) for pk, active, substitute in rows}
    return {person: known.get(person, (False, None)) for person in people}
