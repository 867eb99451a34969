"""Every request sees the workflows as they were last published, by whichever process."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from modules.workflow.publishing.current import refresh

logger = logging.getLogger(__name__)


class VersionsMiddleware:
    """Look whether another process has published a version: two microseconds where nobody has."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            refresh()
        except DatabaseError:  # not migrated yet, or away: whoever needs it says so
            logger.warning("the published workflows could not be read", exc_info=True)
        return self.get_response(request)
