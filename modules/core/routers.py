"""Where the cache's table lives."""

from typing import Any

from django.db.models import Model


class CacheRouter:
    """Send Django's database cache to its own SQLite file, and nothing else there."""

    app_label = "django_cache"

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return "cache" if model._meta.app_label == self.app_label else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if app_label == self.app_label:
            return db == "cache"
        return False if db == "cache" else None
