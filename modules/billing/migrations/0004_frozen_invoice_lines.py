"""Lines of an issued invoice are never edited or deleted; a credit note takes the invoice back."""

from django.db import migrations

TABLE = "billing_invoiceline"


def install(apps, schema_editor):
    for verb in ("update", "delete"):
        trigger = f"CREATE TRIGGER {TABLE}_refuse_{verb} BEFORE {verb.upper()} ON {TABLE} "
        if schema_editor.connection.vendor == "sqlite":
            trigger += f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        else:
            trigger += "FOR EACH ROW EXECUTE FUNCTION billing_refuse_change()"
        schema_editor.execute(trigger, params=None)


def remove(apps, schema_editor):
    on_table = "" if schema_editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_refuse_{verb}{on_table}", params=None)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_payments")]

    operations = [migrations.RunPython(install, remove)]
