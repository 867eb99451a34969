"""What modules use to bring their records into the console."""

from django.contrib.admin import action, display, register

from modules.console.archive import UNDO
from modules.console.records import RecordAdmin, RecordInline, StackedRecordInline, record_address
from modules.console.site import ConsoleSite

__all__ = [
    "UNDO",
    "ConsoleSite",
    "RecordAdmin",
    "RecordInline",
    "StackedRecordInline",
    "action",
    "display",
    "record_address",
    "register",
]
