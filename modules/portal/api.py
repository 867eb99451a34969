"""What modules above use of the portal."""

from modules.portal.ownership import owned_record
from modules.portal.pages import DetailPage, Document, EmptyList, ListPage, RecordPages, Step, pages_of

__all__ = ["DetailPage", "Document", "EmptyList", "ListPage", "RecordPages", "Step", "owned_record", "pages_of"]
