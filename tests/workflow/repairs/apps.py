"""A second small application of the tests: its workflow stands in no class, but in JSON beside it."""

from importlib import import_module

from django.apps import AppConfig


class RepairsConfig(AppConfig):
    name, label = "tests.workflow.repairs", "repairs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for declarations in ("actions", "admin"):
            import_module(f"{self.name}.{declarations}")
