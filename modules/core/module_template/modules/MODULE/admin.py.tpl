"""${Nouns} in the console."""

from typing import Any

from django.http import HttpRequest

from modules.console.api import RecordAdmin, register
from modules.${module}.models import ${Record}


@register(${Record})
class ${Record}Admin(RecordAdmin):
    """Staff see what customers ask for; what happens to it happens by its workflow."""

    list_display = ["number", "title", "state", "customer", "opened_at"]
    list_filter = ["state"]
    list_select_related = ["customer"]
    search_fields = ["number", "title"]
    default_order = ["-opened_at"]
    fields = [("number", "opened_at"), "customer", "title", "details"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
