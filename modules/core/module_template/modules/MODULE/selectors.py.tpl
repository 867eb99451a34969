"""Reading ${nouns}."""

from django.db.models import QuerySet

from modules.${module}.choices import ${Record}State
from modules.${module}.models import ${Record}


def waiting_${record}s() -> QuerySet[${Record}]:
    """What waits for an answer, oldest first."""
    return ${Record}.objects.filter(state=${Record}State.SUBMITTED).select_related("customer").order_by("opened_at", "pk")
