"""Demo data, made through the services as customers and staff would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.contrib.auth import get_user_model

from modules.core.actors import Actor
from modules.${module}.models import ${Record}
from modules.${module}.services import open_${record}
from modules.workflow.api import fire

EXAMPLES = [
    ("A first idea", "", 0),
    ("Please call me back", "On weekdays after five, if you can.", 2),
    ("A small change", "The address on my last letter was an old one.", 6),
]
"""Title, details, and how many days ago; those with details are submitted."""


def load(report: Callable[[str], None], at: datetime) -> None:
    """A few ${nouns} of the demo's customer, unless there are some."""
    customer = get_user_model().objects.filter(email="customer@demo.test").first()
    if customer is None or ${Record}.objects.exists():
        return
    for title, details, days_ago in EXAMPLES:
        moment = at - timedelta(days=days_ago)
        key = uuid5(NAMESPACE_URL, f"demo:${module}:{title}")
        actor = Actor.of(customer)
        record = open_${record}(title=title, details=details, actor=actor, at=moment, key=key)
        if details:
            fire(record, "submit", actor=actor, at=moment)
    report(f"{len(EXAMPLES)} ${nouns}")
