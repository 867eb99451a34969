"""The base of billing's pages in the console."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modules.billing.subjects import model_of
from modules.console.api import RecordAdmin, RecordInline, record_address


class ReadOnlyAdmin(RecordAdmin):
    """Money is never typed into a form."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(RecordInline):
    """Rows that nobody edits."""

    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def subject_link(kind: str, pk: int | None) -> str | SafeString:
    """The record that something is about, as a link to its page; its name where the module is gone."""
    if pk is None:
        return ""
    try:
        subject: Model | None = model_of(kind)._base_manager.filter(pk=pk).first()
    except LookupError:
        subject = None
    if subject is None:
        return f"{kind} {pk}"
    return format_html('<a href="{}">{}</a>', record_address(subject), subject)
