"""What time makes the console do."""

from datetime import datetime

from django.core.cache import cache

from modules.console.imports import jobs
from modules.console.imports.files import remove_old_files
from modules.console.submissions import forget_submissions
from modules.core.sweeps import sweep

__all__ = ["jobs"]


@sweep("console.submissions")
def submissions(at: datetime) -> int:
    """Once an hour, forget the keys of old forms."""
    return forget_submissions(at) if cache.add("console.submissions", 1, 3600) else 0


@sweep("console.imports")
def import_files(at: datetime) -> int:
    """Once an hour, remove files of imports that are thirty days old."""
    return remove_old_files(at=at) if cache.add("console.imports", 1, 3600) else 0
