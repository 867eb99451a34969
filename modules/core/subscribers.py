"""Signals of Django that the core listens to."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db import connections

from modules.core.after_migrate import after_migrate, run_steps


def run_after_migrate(sender: AppConfig, using: str, plan: object = None, **facts: Any) -> None:
    """Once for each migrate: when the last app that has models reports, all tables and permissions are there."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if sender is last and using == "default":
        run_steps()


@after_migrate(order=1)
def make_cache_table() -> None:
    """The table of the database cache, wherever the router puts it; nothing where the cache is elsewhere."""
    for alias in connections:
        call_command("createcachetable", database=alias, verbosity=0)
