"""What modules above use of the portal."""

from modules.portal.ownership import owned_record
from modules.portal.pages import CreatePage, DetailPage, Document, EmptyList, ListPage, RecordPages, Step, pages_of
from modules.portal.record import Section, sections_of

__all__ = [
    "CreatePage",
    "DetailPage",
    "Document",
    "EmptyList",
    "ListPage",
    "RecordPages",
    "Section",
    "Step",
    "owned_record",
    "pages_of",
    "sections_of",
]
