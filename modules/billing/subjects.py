"""The records that payments, postings and invoices are about: any saved model, by its record type and id."""

from functools import cache

from django.apps import apps
from django.db import models

from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.portal.api import owned_record, pages_of

Reference = tuple[str, int]


def reference(subject: models.Model) -> Reference:
    """Raises ValueError for a record that was never saved."""
    if subject.pk is None:
        raise ValueError(f"{subject!r} was not saved yet")
    return record_type(subject), subject.pk


@cache
def model_of(kind: str) -> type[models.Model]:
    """Raises LookupError when no installed model has the record type."""
    for model in apps.get_models():
        if record_type(model) == kind:
            return model
    raise LookupError(f"no model has the record type “{kind}”")


def owns(kind: str, pk: int, actor: Actor) -> bool:
    """Whether the record belongs to the actor, as its customer pages say, or a signed link opened it to them."""
    try:
        model = model_of(kind)
    except LookupError:
        return False
    pages, subject = pages_of(model), model._base_manager.filter(pk=pk).first()
    if pages is None or subject is None:
        return False
    return owned_record(model, actor, getattr(subject, pages.lookup)) is not None


def lock(kind: str, pk: int) -> None:
    """Lock the record's row until the end of the transaction.

    Every way through billing locks the record first, then requests that wait for approval, then its payments, its
    refunds, then accounts: the same order in which a transition of the record comes here, so that the two cannot wait
    for each other in a ring.
    """
    manager = model_of(kind)._base_manager
    manager.select_for_update(no_key=True, of=("self",)).filter(pk=pk).values_list("pk", flat=True).first()
