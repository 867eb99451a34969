"""What time makes the console do."""

from datetime import datetime

from django.core.cache import cache

from modules.console.submissions import forget_submissions
from modules.core.sweeps import sweep


@sweep("console.submissions")
def submissions(at: datetime) -> int:
    """Once an hour, forget the keys of old forms."""
    return forget_submissions(at) if cache.add("console.submissions", 1, 3600) else 0
