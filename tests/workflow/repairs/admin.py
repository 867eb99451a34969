"""The repair requests in the console."""

from modules.console.api import RecordAdmin, register
from tests.workflow.repairs.models import RepairRequest


@register(RepairRequest)
class RepairRequestAdmin(RecordAdmin):
    list_display = ["title", "state", "cost", "priority", "due_on"]
    list_filter = ["state"]
    search_fields = ["title"]
