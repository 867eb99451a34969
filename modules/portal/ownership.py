"""Whose records these are: the one place where a customer's share of a table is cut out."""

from typing import Any

from django.db.models import Q, QuerySet

from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.portal.pages import RecordPages, record_pages


def owned(pages: RecordPages, actor: Actor) -> QuerySet[Any]:
    """The records that belong to this actor, or that a signed link opened to them; for anybody else none."""
    rows = pages.records()
    granted = granted_ids(pages.record_type, actor)
    mine = Q(pk__in=granted) if granted else Q(pk__in=[])
    if actor.user is not None:
        mine = Q(**{pages.owner: actor.user}) | mine if granted else Q(**{pages.owner: actor.user})
    return rows.filter(mine)


def granted_ids(record_type: str, actor: Actor) -> list[int]:
    """The ids of one kind of record among the actor's grants; what is no number opens nothing."""
    stem = f"{record_type}:"
    ids = (grant.removeprefix(stem) for grant in actor.grants if grant.startswith(stem))
    return sorted(int(text) for text in ids if text.isdecimal())


def may_look(pages: RecordPages, actor: Actor) -> bool:
    """Whether there is any use in asking: somebody who signed in, or a guest with a link to such a record."""
    return actor.user is not None or bool(granted_ids(pages.record_type, actor))


def owned_record(model: type[Any], actor: Actor, lookup: str) -> Any | None:
    """The actor's own record at this address of its pages, or nothing: whose it is else, nobody learns."""
    pages = record_pages[record_type(model)]
    return owned(pages, actor).filter(**{pages.lookup: lookup}).first()
