"""Nobody is away twice at once, by the database itself: an exclusion on PostgreSQL, triggers on SQLite.

Half open, as absences are counted: one may begin at the moment the other ends. On PostgreSQL the person is a range of
one number, so that no extension is needed.
"""

from typing import Any

from django.db import migrations

TABLE, NAME = "workflow_absence", "workflow_absence_once_at_a_time"
MOMENTS = "person_id, starts_at, ends_at"

SQLITE = [
    f"""
    CREATE TRIGGER {NAME}_{verb.split()[0].lower()} BEFORE {verb} ON {TABLE}
    WHEN EXISTS (
        SELECT 1 FROM {TABLE} AS other
        WHERE other.person_id = NEW.person_id AND other.id IS NOT NEW.id
            AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
    )
    BEGIN SELECT RAISE(ABORT, '{NAME}'); END
    """  # noqa: S608 - the names above and nothing else
    for verb in ("INSERT", f"UPDATE OF {MOMENTS}")
]
POSTGRESQL = [
    f"""
    ALTER TABLE {TABLE} ADD CONSTRAINT {NAME} EXCLUDE USING gist (
        int8range(person_id, person_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&
    )
    """
]


def forbid(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, params=None)


def allow(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {NAME}")
        return
    for verb in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {NAME}_{verb}")


class Migration(migrations.Migration):
    dependencies = [("workflow", "0006_published_definitions_stay")]
    operations = [migrations.RunPython(forbid, allow, elidable=False)]
