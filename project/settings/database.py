"""SQLite by default, PostgreSQL by DATABASE_URL; cache in a second SQLite file, or in Redis by REDIS_URL."""

from project.settings.environment import DATA_DIR, env

__all__ = ["CACHES", "DATABASES", "DATABASE_ROUTERS", "REDIS_URL", "SESSION_ENGINE"]

# IMMEDIATE: with Django's default, writing processes fail each other instead of waiting (docs/architecture.md).
# A small page cache for each connection: the operating system caches the file for all of them (decision 0020).
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-500;"
    ),
}


def _sqlite(name: str) -> dict[str, object]:
    # Kept open: closing the last connection of a WAL database makes SQLite write the log back, request by request.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / name,
        "OPTIONS": _SQLITE_OPTIONS,
        "CONN_MAX_AGE": 600,
    }


DATA_DIR.mkdir(parents=True, exist_ok=True)
DATABASES: dict[str, dict[str, object]] = {"default": _sqlite("db.sqlite3")}
if "DATABASE_URL" in env.ENVIRON:
    DATABASES["default"] = env.db_url("DATABASE_URL")
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        DATABASES["default"]["OPTIONS"] = _SQLITE_OPTIONS
    else:
        DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}

REDIS_URL = env.str("REDIS_URL", default="")
DATABASE_ROUTERS: list[str] = []
if REDIS_URL:
    CACHES: dict[str, dict[str, object]] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache_entry",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        # A page view that counts a rate limit must not wait for the business's writer.
        DATABASES["cache"] = _sqlite("cache.sqlite3")
        DATABASE_ROUTERS = ["modules.core.routers.CacheRouter"]

SESSION_ENGINE = "django.contrib.sessions.backends.db"
