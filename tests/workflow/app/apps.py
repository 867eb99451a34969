"""A small application that only the tests of the engine know."""

from importlib import import_module

from django.apps import AppConfig


class ParcelsConfig(AppConfig):
    name, label = "tests.workflow.app", "parcels"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for declarations in ("flows", "slips", "tasks"):
            import_module(f"{self.name}.{declarations}")
