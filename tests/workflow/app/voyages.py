"""Records below other records: a voyage with its stages, tickets below the voyage, branches below branches."""

from django.conf import settings
from django.db import models

from modules.workflow.api import WorkflowRecord


class Voyage(WorkflowRecord):
    """A voyage that somebody plans."""

    number = models.CharField(max_length=40, default="")
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField(default=0)


class Stage(models.Model):
    """A part of a voyage, without a workflow of its own."""

    voyage = models.ForeignKey(Voyage, models.CASCADE, related_name="stages")
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Ticket(WorkflowRecord):
    """Below a voyage: for a stage of it, or for all."""

    voyage = models.ForeignKey(Voyage, models.CASCADE, null=True, related_name="tickets")
    stage = models.ForeignKey(Stage, models.CASCADE, null=True, related_name="+")
    number = models.CharField(max_length=40, default="")
    count = models.PositiveIntegerField(default=0)


class Branch(WorkflowRecord):
    """Below a branch."""

    above = models.ForeignKey("self", models.CASCADE, null=True, related_name="branches")
