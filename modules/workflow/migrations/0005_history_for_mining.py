"""The index of a record's history also holds what its figures read, so that they never touch the table; another one
finds who began when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflow", "0004_engine_in_full")]
    operations = [
        migrations.AddIndex(
            model_name="historyentry",
            index=models.Index(
                fields=["record_type", "record_id", "id", "source", "target", "transition", "at"],
                name="workflow_history_path",
            ),
        ),
        migrations.AddIndex(
            model_name="historyentry",
            index=models.Index(
                fields=["record_type", "at", "record_id"],
                name="workflow_history_begun",
                condition=models.Q(transition="start"),
            ),
        ),
        # Its columns are the first ones of the new one.
        migrations.RemoveIndex(model_name="historyentry", name="workflow_history_record"),
    ]
