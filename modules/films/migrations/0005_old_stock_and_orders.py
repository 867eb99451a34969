"""What stock cost before its value was kept, and the packing that orders had before shipments had it.

The books and the shipments themselves follow after the migration (`tasks.py`), because services make them.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def value_old_stock(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Receipts at their cost, corrections at the average of the moment; a level is the sum of its movements."""
    movements = apps.get_model("films", "StockMovement").objects
    for level in apps.get_model("films", "StockLevel").objects.order_by("pk").iterator():
        on_hand = value = 0
        for movement in movements.filter(level=level).exclude(on_hand=0).order_by("pk"):
            before, on_hand = on_hand, on_hand + movement.on_hand
            if movement.kind == "receipt":
                change = int(movement.__dict__["unit_cost"] or 0) * movement.on_hand
            else:
                change = -value if on_hand <= 0 else value * movement.on_hand // before if before else 0
            value += change
            if change:
                movements.filter(pk=movement.pk).update(value=change)
        if value:
            type(level).objects.filter(pk=level.pk).update(value=value)


def close_packing_of_orders(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Shipments are packed from now on; their tasks open with them."""
    now = timezone.now()
    open_tasks = apps.get_model("workflow", "Task").objects.filter(record_type="films.order", key="pick", status="open")
    open_tasks.update(status="cancelled", closed_at=now, closed_by_label="system")


class Migration(migrations.Migration):
    dependencies = [("films", "0004_shipments"), ("workflow", "0001_engine")]

    operations = [
        migrations.RunPython(value_old_stock, migrations.RunPython.noop),
        migrations.RunPython(close_packing_of_orders, migrations.RunPython.noop),
    ]
