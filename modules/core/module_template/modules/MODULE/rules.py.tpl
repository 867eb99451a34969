"""When the steps of a ${noun} are possible. Pure: rows are given."""

from django.utils.translation import gettext_lazy as _

from modules.${module}.models import ${Record}
from modules.workflow.api import guard


@guard(_("Describe it first: without details nobody can help."))
def has_details(record: ${Record}, facts: object) -> bool:
    return bool(record.details.strip())
