"""Credit notes of before took a whole invoice back: they get its lines. Then lines of notes are frozen as an invoice's
are."""

from django.db import migrations

TABLE = "billing_creditnoteline"
COPIED = ("position", "description", "quantity", "tax_rate", "net", "tax", "gross", "currency")


def give_lines(apps, schema_editor):
    note_model, line_model = apps.get_model("billing", "CreditNote"), apps.get_model("billing", "CreditNoteLine")
    for note in note_model.objects.filter(lines__isnull=True).select_related("invoice").iterator():
        lines = [line for line in note.invoice.lines.order_by("position") if line.gross.minor > 0]
        line_model.objects.bulk_create(
            line_model(note=note, invoice_line=line, **{name: getattr(line, name) for name in COPIED}) for line in lines
        )


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
    dependencies = [("billing", "0005_refund_requests")]

    operations = [
        migrations.RunPython(give_lines, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
