import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import modules.core.text
import modules.workflow.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="${Record}",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="revision")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "state",
                    modules.workflow.fields.StateField(
                        blank=True, editable=False, max_length=60, verbose_name="state"
                    ),
                ),
                (
                    "state_since",
                    models.DateTimeField(editable=False, null=True, verbose_name="in this state since"),
                ),
                (
                    "workflow_version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="workflow version"),
                ),
                (
                    "number",
                    models.CharField(
                        default=modules.core.text.public_number,
                        editable=False,
                        max_length=12,
                        unique=True,
                        verbose_name="number",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("details", models.TextField(blank=True, default="", verbose_name="details")),
                ("opened_key", models.UUIDField(editable=False, unique=True, verbose_name="idempotency key")),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="${module}_${record}s",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "${noun}",
                "verbose_name_plural": "${nouns}",
                "indexes": [
                    models.Index(fields=["customer", "-opened_at", "-id"], name="${index}_of_customer"),
                    models.Index(fields=["state", "-opened_at", "-id"], name="${index}_by_state"),
                    models.Index(fields=["-opened_at", "-id"], name="${index}_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "submitted", "done", "rejected"])),
                        name="${module}_${record}_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="${module}_${record}_has_title"
                    ),
                ],
            },
        ),
    ]
