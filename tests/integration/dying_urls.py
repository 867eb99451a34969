"""The product's addresses. Loading them, before the processes are forked, puts a trap at each named place.

A trap is shut until the test lays a file of its name beside the data; the first process that meets the file takes it
away and kills itself.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps
from importlib import import_module
from typing import Any

from django.conf import settings

from modules.core import outbox
from modules.core.routes import site_urls

TRAPS = {
    "before the write": "modules.films.views.checkout:place_order",
    "after the write, before the commit": "modules.films.services.orders:publish",
    "after the commit, before the answer": "modules.films.views.checkout:go_to",
    "with the task taken, before the work": "modules.core.tasks:outbox.deliver",
    "with the work done, before the row says so": "modules.core.outbox:_finish",
}


def lay(name: str, place: str) -> None:
    """Wrap `package.module:function` with a trap."""
    path, _, attribute = place.partition(":")
    owner: Any = import_module(path)
    *outer, attribute = attribute.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original: Callable[..., Any] = getattr(owner, attribute)

    @wraps(original)
    def trap(*args: Any, **kwargs: Any) -> Any:
        with suppress(FileNotFoundError):
            (settings.DATA_DIR / name).unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    setattr(owner, attribute, trap)


for _name, _place in TRAPS.items():
    lay(_name, _place)
outbox.LEASE = timedelta(seconds=6)
urlpatterns = site_urls()
