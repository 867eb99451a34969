"""A request to have something repaired."""

from django.conf import settings
from django.db import models

from modules.workflow.api import WorkflowRecord


class RepairRequest(WorkflowRecord):
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    priority = models.CharField(max_length=10, choices=[("low", "Low"), ("high", "High")], default="low")
    cost = models.PositiveIntegerField(default=0)
    due_on = models.DateField(null=True, blank=True)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name, verbose_name_plural = "repair request", "repair requests"

    def __str__(self) -> str:
        return f"{self.title} ({self.cost})"
