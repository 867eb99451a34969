"""What a ${noun} is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.core.text import public_number
from modules.${module}.choices import ${Record}State
from modules.workflow.api import WorkflowRecord


class ${Record}(WorkflowRecord):
    """Something a customer asks for. Its state changes only by `fire`."""

    record_type = "${module}.${model}"
    fixed_fields = frozenset({"number", "customer", "opened_key", "opened_at"})

    number = models.CharField(_("number"), max_length=12, unique=True, default=public_number, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="${module}_${record}s", verbose_name=_("customer")
    )
    title = models.CharField(_("title"), max_length=120)
    details = models.TextField(_("details"), blank=True, default="")
    opened_key = models.UUIDField(_("idempotency key"), unique=True, editable=False)
    opened_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name, verbose_name_plural = _("${noun}"), _("${nouns}")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=${Record}State.values), name="${module}_${record}_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="${module}_${record}_has_title"),
        ]
        indexes = [
            models.Index(fields=["customer", "-opened_at", "-id"], name="${index}_of_customer"),
            models.Index(fields=["state", "-opened_at", "-id"], name="${index}_by_state"),
            models.Index(fields=["-opened_at", "-id"], name="${index}_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("portal:${module}_${model}_detail", args=[self.number])
