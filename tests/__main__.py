"""`python -m tests`: the whole suite. On SQLite first; then all that touches the database on PostgreSQL and Redis.

What this machine lacks is left out and named in one line each. With CI set, everything is required.
Arguments are handed to pytest.
"""

import os
import shutil
import subprocess
import sys

import pytest

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgres:///postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
REQUIRED = bool(os.environ.get("CI"))


def has_postgres() -> bool:
    import psycopg

    try:
        with psycopg.connect(POSTGRES, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def has_redis() -> bool:
    import redis

    try:
        return bool(redis.Redis.from_url(REDIS, socket_timeout=3).ping())
    except redis.RedisError:
        return False


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)


def run(arguments: list[str], **environment: str) -> int:
    """One run of pytest in a process of its own; 5 (nothing collected) is a failure like any other."""
    command = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadgroup", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def main(arguments: list[str]) -> int:
    left_out = []
    services = has_postgres() and has_redis()
    if not services:
        left_out.append("PostgreSQL and Redis runs: start both and set TEST_DATABASE_URL and TEST_REDIS_URL")
    if chromium() is None:
        left_out.append("browser tests: install Chromium (Debian: apt-get install chromium) or set CHROMIUM")
    code = run(["-m", "not browser", *arguments])
    if chromium() is not None:
        # Browsers are hungry: two at a time, after the rest.
        code = code or run(["-m", "browser", "-n", "2", *arguments])
    if services:
        once_more = ["-m", "not browser and not any_database", *arguments]
        code = code or run(once_more, DATABASE_URL=POSTGRES, REDIS_URL=REDIS)
    for line in left_out:
        print(f"left out: {line}")
    return code or (1 if left_out and REQUIRED else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or pytest.ExitCode.OK)
