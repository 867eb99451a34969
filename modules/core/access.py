"""Which fields of a record somebody may see or change: one function for forms, lists, exports, API and templates."""

from django.db import models

from modules.core.actors import Actor
from modules.core.errors import NotAllowed

Action = str
"""`view` or `change`."""


def fields(actor: Actor, record: models.Model | type[models.Model], action: Action) -> frozenset[str]:
    """The names of fields the actor may view or change.

    A model narrows it by `hidden_fields` (nobody sees them) and `fixed_fields` (nobody edits them by hand); the
    platform's own columns are never edited by hand.
    """
    options = record._meta
    permission = f"{options.app_label}.{action}_{options.model_name}"
    if not actor.may(permission):
        return frozenset()
    names = {field.name for field in options.get_fields() if field.concrete}
    names -= set(getattr(record, "hidden_fields", ()))
    if action == "change":
        names -= {"id", "revision", "created_at", "updated_at", "state", "state_since", "workflow_version"}
        names -= set(getattr(record, "fixed_fields", ()))
    return frozenset(names)


def require(actor: Actor, permission: str) -> None:
    """NotAllowed unless the actor holds a permission such as `films.change_film`: the first line of a service."""
    if not actor.may(permission):
        raise NotAllowed
