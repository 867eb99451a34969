"""The base of records with a workflow."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from modules.core.models import Record
from modules.workflow.fields import StateField, VersionField


class WorkflowRecord(Record):
    """The base of every record whose state only `fire` changes. A new row gets its flow's initial state."""

    state = StateField(_("state"))
    state_since = models.DateTimeField(_("in this state since"), null=True, editable=False)
    workflow_version = VersionField(_("workflow version"), default=1, editable=False)

    is_kept = True

    for_whom: str = ""
    """Whom its tasks are done for, in words, where the record knows it."""

    class Meta:
        abstract = True

    @classmethod
    def lock_row(cls, pk: Any) -> None:
        """Lock a row as every step does, those above it first: so a form and a step never wait for each other."""
        from modules.workflow.flows import flow_of
        from modules.workflow.related.children import lock_below_parents

        lock_below_parents(flow_of(cls), pk)
