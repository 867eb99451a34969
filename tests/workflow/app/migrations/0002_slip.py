import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import modules.workflow.fields


class Migration(migrations.Migration):
    dependencies = [
        ("parcels", "0001_parcel"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Slip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="revision")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "state",
                    modules.workflow.fields.StateField(blank=True, editable=False, max_length=60, verbose_name="state"),
                ),
                ("state_since", models.DateTimeField(editable=False, null=True, verbose_name="in this state since")),
                (
                    "workflow_version",
                    models.PositiveIntegerField(default=1, editable=False, verbose_name="workflow version"),
                ),
                ("amount", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField(null=True)),
                ("promised_on", models.DateField(null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
