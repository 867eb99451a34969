"""The database itself refuses to change or delete history; only the words that may name a person can be blanked."""

from typing import Any

from django.db import migrations

TABLE = "workflow_historyentry"
# Not among these: actor_label, reason and data, which are pseudonymised with the person.
FROZEN = (
    "id, record_type, record_id, transition, source, target, actor_id, at, key, workflow, workflow_version,"
    " definition_hash, request_id"
)

SQLITE = [
    f"""
    CREATE TRIGGER {TABLE}_refuse_{verb.split()[0].lower()} BEFORE {verb} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END
    """
    for verb in (f"UPDATE OF {FROZEN}", "DELETE")
]
POSTGRESQL = [
    """
    CREATE FUNCTION workflow_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    *[
        f"""
        CREATE TRIGGER {TABLE}_refuse_{verb.split()[0].lower()} BEFORE {verb} ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION workflow_refuse_change()
        """
        for verb in (f"UPDATE OF {FROZEN}", "DELETE")
    ],
]


def protect(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def unprotect(apps: Any, schema_editor: Any) -> None:
    on_table = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_refuse_{verb}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION IF EXISTS workflow_refuse_change()")


class Migration(migrations.Migration):
    dependencies = [("workflow", "0001_engine")]
    operations = [migrations.RunPython(protect, unprotect, elidable=False)]
