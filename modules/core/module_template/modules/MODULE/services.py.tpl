"""Making ${nouns}. Their states change by `fire(record, "submit", …)`."""

from datetime import datetime
from uuid import UUID

from modules.core.actors import Actor
from modules.core.errors import NotAllowed
from modules.core.once import once
from modules.${module}.models import ${Record}
from modules.workflow.api import start


def open_${record}(*, title: str, details: str, actor: Actor, at: datetime, key: UUID) -> ${Record}:
    """A new draft of the actor. The same key gives the same one, however often the button is pressed."""
    if actor.user is None:
        raise NotAllowed
    with once(${Record}, opened_key=key, owned={"customer": actor.user}) as first:
        if first.found:
            return first.found
        record = ${Record}.objects.create(
            customer=actor.user, title=title, details=details, opened_key=key, opened_at=at
        )
        start(record, actor=actor, at=at)
    return record
