"""On PostgreSQL: trigrams and an index over them. SQLite's index is kept by `services.search.ensure_index`."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def create_extension(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Django's own operation for it imports psycopg, which an installation on SQLite does not have."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def create_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX films_film_search ON films_film USING gin (search_text gin_trgm_ops)")


def drop_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS films_film_search")


class Migration(migrations.Migration):
    dependencies = [("films", "0001_catalogue")]

    operations = [
        migrations.RunPython(create_extension, migrations.RunPython.noop),
        migrations.RunPython(create_index, drop_index),
    ]
