from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_comments_and_attachments"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="key",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True, verbose_name="idempotency key"),
        ),
    ]
