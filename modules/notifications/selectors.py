"""Reading notifications and sent mail."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from modules.notifications.models import Notification, SentMail

MOST_COUNTED = 99
"""The bell counts no further: "99+" says enough and costs the same for everybody."""
PAGE_SIZE = 20
LONGEST_SEARCH = 100


def inbox_of(user_id: int) -> QuerySet[Notification]:
    """What a person was told in the app, newest first."""
    return Notification.objects.filter(user_id=user_id, is_in_inbox=True).order_by("-pk")


def unread_count(user_id: int) -> int:
    """How many of them are unread, at most one more than the bell shows."""
    unread = inbox_of(user_id).filter(read_at__isnull=True)
    return unread.order_by().values("pk")[: MOST_COUNTED + 1].count()


@dataclass(frozen=True)
class Inbox:
    """What the page of notifications shows."""

    page: Page[Notification]
    search: str
    shows_unread: bool
    unread: int
    newest: UUID | None
    """The newest one at this moment: "mark all" reaches up to it, so that nothing unseen is marked."""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search) or self.shows_unread


def inbox_page(user_id: int, params: QueryDict) -> Inbox:
    """Four queries, however much there is; an address typed by hand is no error."""
    rows = inbox_of(user_id)
    search = search_text(params)
    shows_unread = params.get("show") == "unread"
    found = rows.filter(Q(title__icontains=search) | Q(text__icontains=search)) if search else rows
    found = found.filter(read_at__isnull=True) if shows_unread else found
    page = Paginator(found, PAGE_SIZE).get_page(params.get("page"))
    newest = rows.values_list("public_id", flat=True).first()
    return Inbox(page, search, shows_unread, unread_count(user_id), newest)


def search_text(params: QueryDict) -> str:
    return params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def sent_mail_page(params: QueryDict) -> tuple[Page[SentMail], str]:
    """Mails that left, newest first, found by address, subject or text; and what was searched."""
    search = search_text(params)
    rows = SentMail.objects.order_by("-at", "-pk").defer("html", "text", "headers")
    if search:
        words: Any = Q(to__icontains=search) | Q(subject__icontains=search) | Q(text__icontains=search)
        rows = rows.filter(words)
    return Paginator(rows, PAGE_SIZE).get_page(params.get("page")), search
