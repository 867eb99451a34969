"""What is published stays as it is, by the database itself; how a transfer spreads what is due, and what was before it."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = "workflow_definition"
FROZEN = ("id", "hash", "key", "version", "record_type", "graph", "source")

SQLITE = [
    f"""
    CREATE TRIGGER {TABLE}_refuse_update BEFORE UPDATE ON {TABLE}
    WHEN OLD.status <> 'draft' AND (NEW.status = 'draft' OR {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN)})
    BEGIN SELECT RAISE(ABORT, 'a published definition stays as it is'); END
    """,
    f"""
    CREATE TRIGGER {TABLE}_refuse_delete BEFORE DELETE ON {TABLE} WHEN OLD.status <> 'draft'
    BEGIN SELECT RAISE(ABORT, 'a published definition stays as it is'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION workflow_definition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a published definition stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    f"""
    CREATE TRIGGER {TABLE}_refuse_update BEFORE UPDATE ON {TABLE} FOR EACH ROW
    WHEN (OLD.status <> 'draft' AND (NEW.status = 'draft' OR {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FROZEN)}))
    EXECUTE FUNCTION workflow_definition_stays()
    """,
    f"""
    CREATE TRIGGER {TABLE}_refuse_delete BEFORE DELETE ON {TABLE} FOR EACH ROW
    WHEN (OLD.status <> 'draft') EXECUTE FUNCTION workflow_definition_stays()
    """,
]


def protect(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def unprotect(apps: Any, schema_editor: Any) -> None:
    on_table = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_refuse_{verb}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION IF EXISTS workflow_definition_stays()")


class Migration(migrations.Migration):
    dependencies = [("workflow", "0005_history_for_mining")]
    operations = [
        migrations.AlterModelOptions(
            name="definition",
            options={
                "permissions": [("publish_definition", "Can publish a workflow and move records to it")],
                "verbose_name": "definition",
                "verbose_name_plural": "definitions",
            },
        ),
        migrations.AddField(
            model_name="transfer",
            name="previous",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="workflow.definition",
                verbose_name="version before",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="spread_hours",
            field=models.PositiveIntegerField(default=8, verbose_name="spread over hours"),
        ),
        migrations.RunPython(protect, unprotect, elidable=False),
    ]
