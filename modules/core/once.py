"""Making an object once, however often and however parallel the button is pressed (F25)."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from modules.core.errors import Refusal

M = TypeVar("M", bound=models.Model)


class KeyOfAnother(Refusal):
    """The idempotency key belongs to somebody else's object."""

    code = "key_of_another"
    words = _("This form belongs to somebody else. Reload the page and try again.")


@dataclass(frozen=True)
class First(Generic[M]):
    """What stood already under the key, or nothing: then it is ours to make."""

    found: M | None


@contextmanager
def once(model: type[M], *, owned: dict[str, Any] | None = None, **key: Any) -> Iterator[First[M]]:
    """Open a transaction in which at most one caller at a time works under this key.

    The second caller waits and is given the first one's object. `owned` names field values that a found object must
    have, or KeyOfAnother is raised. A unique constraint on the key must stand behind it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":  # SQLite's IMMEDIATE transaction has the whole database already
            name = f"{model._meta.label_lower}:{sorted(key.items())!r}"
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x4D43, zlib.crc32(name.encode()) - 2**31])
        found = model._default_manager.filter(**key).first()
        if found is not None and any(getattr(found, name) != value for name, value in (owned or {}).items()):
            raise KeyOfAnother
        yield First(found)
