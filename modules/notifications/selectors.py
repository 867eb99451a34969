"""Reading notifications and sent mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from modules.core.messages import Category
from modules.notifications.choices import Channel
from modules.notifications.models import Notification, Preference, SentMail
from modules.notifications.rules import Reader, Wishes, offered

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


def wishes_of(readers: Sequence[Reader], category: str) -> dict[Reader, Wishes]:
    """What each of the readers said about a category, in one query."""
    people = {reader.user_id for reader in readers if reader.user_id is not None}
    addresses = {reader.email.lower() for reader in readers if reader.user_id is None}
    rows = Preference.objects.filter(Q(user__in=people) | Q(user__isnull=True, email__in=addresses), category=category)
    said: dict[object, dict[tuple[str, str], bool]] = {}
    for row in rows if people or addresses else ():
        said.setdefault(row.user_id or row.email, {})[row.category, row.channel] = row.is_wanted
    return {reader: said.get(reader.user_id or reader.email.lower(), {}) for reader in readers}


@dataclass(frozen=True)
class Choice:
    """One cell of the matrix."""

    name: str
    channel: Channel
    is_wanted: bool


@dataclass(frozen=True)
class Row:
    """One category of the matrix, with a choice for each way."""

    category: Category
    choices: Sequence[Choice]


def preference_matrix(user: Any) -> list[Row]:
    """What a person is asked, and what they have said, in one query."""
    said = {(row.category, row.channel): row.is_wanted for row in Preference.objects.filter(user=user)}
    return [Row(category, _choices(category, said)) for category in offered(is_staff=user.is_staff)]


def _choices(category: Category, said: Wishes) -> list[Choice]:
    return [
        Choice(f"{category.key}:{channel}", channel, category.legal or said.get((category.key, channel), True))
        for channel in Channel
    ]
