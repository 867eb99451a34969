"""`manage.py load_demo`: the demo data without starting anything."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from modules.core import clock, demo_data, serving


class Command(BaseCommand):
    help = "Load the demo data of all modules; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo data load only with DEMO=1: they bring sign-ins with a known password.")
        demo_data.load_all(report=serving.reporter(self.stdout.write), at=clock.now())
