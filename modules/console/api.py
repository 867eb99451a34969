"""What modules use to bring their records into the console."""

from django.contrib.admin import action, display, register

from modules.console.archive import UNDO
from modules.console.date_range import DateRange
from modules.console.field_access import RecordInline, StackedRecordInline, actor_of
from modules.console.imports.importers import (
    CHANGED,
    CREATED,
    REFUSED,
    UNCHANGED,
    Importer,
    ImportField,
    ImportRow,
    Outcome,
    importer,
)
from modules.console.list_actions import list_actions
from modules.console.list_filters import ConsoleFilter, Option
from modules.console.records import RecordAdmin, record_address
from modules.console.saved_views import save_view
from modules.console.site import ConsoleSite
from modules.console.trail import trail_words

__all__ = [
    "CHANGED",
    "CREATED",
    "REFUSED",
    "UNCHANGED",
    "UNDO",
    "ConsoleFilter",
    "ConsoleSite",
    "DateRange",
    "ImportField",
    "ImportRow",
    "Importer",
    "Option",
    "Outcome",
    "RecordAdmin",
    "RecordInline",
    "StackedRecordInline",
    "action",
    "actor_of",
    "display",
    "importer",
    "list_actions",
    "record_address",
    "register",
    "save_view",
    "trail_words",
]
