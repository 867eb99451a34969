"""When a shipment was paid for: what customers are promised counts from it."""

from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def take_opening(apps, schema_editor):
    """Until now shipments were opened when their order was paid."""
    apps.get_model("films", "Shipment").objects.update(paid_at=F("opened_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("films", "0007_film_list_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="paid_at",
            field=models.DateTimeField(default=timezone.now, verbose_name="paid"),
            preserve_default=False,
        ),
        migrations.RunPython(take_opening, migrations.RunPython.noop),
    ]
