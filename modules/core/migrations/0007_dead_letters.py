"""Dead letters are counted on every start page; so they have an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_submissions")]

    operations = [
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(state="dead"), fields=["id"], name="core_outbox_dead"),
        ),
    ]
