"""The timeline of a record's page: filtered by kinds, a piece at a time, and the address that says so."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.console.trail import lines
from modules.core.audit import record_type
from modules.core.models import AuditEntry, Record
from modules.core.timeline import NEWEST, TimelineItem, Words, timeline_of, timeline_source, timeline_sources

KIND, SHOWN = "kind", "shown"
PIECE = 20
MOST = 1_000


@dataclass(frozen=True)
class Chip:
    """A kind of entries that can be picked, or all of them; pressing it leads to `url`."""

    title: Words
    icon: str
    count: int
    is_on: bool
    url: str
    fragment: str


@dataclass(frozen=True)
class Story:
    """What the page tells now; `older_url` is empty when that is all."""

    items: Sequence[TimelineItem]
    chips: Sequence[Chip]
    query: str
    older_url: str = ""
    older_fragment: str = ""
    is_filtered: bool = False


def has_discussion(model: type[Model]) -> bool:
    """Whether its records take comments and files: the platform's records do, the tables it writes itself do not."""
    return issubclass(model, Record)


def page_address(record: Model, page: str, *more: object) -> str:
    """An address below the record's own in the console."""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=[record.pk, *more])


def story_of(request: HttpRequest, record: Any) -> Story:
    """The newest entries of the chosen kinds; the rows of all kinds are read, so that the chips can count."""
    wanted = {key for key in request.GET.getlist(KIND) if any(key == source.key for source in timeline_sources())}
    shown = _shown(request.GET)
    items = timeline_of(request, record)
    counts = Counter(item.kind for item in items)
    chosen = [item for item in items if not wanted or item.kind in wanted]
    is_cut = len(chosen) > shown
    older = _addresses(request, record, wanted, shown + PIECE) if is_cut else ("", "")
    query = _query(request, wanted, shown)
    return Story(chosen[:shown], _chips(request, record, wanted, counts), query, *older, is_filtered=bool(wanted))


def _shown(query: QueryDict) -> int:
    asked = query.get(SHOWN, "")
    return min(max(int(asked), PIECE), MOST) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else PIECE


def _chips(request: HttpRequest, record: Any, wanted: set[str], counts: Counter[str]) -> list[Chip]:
    """One for everything, one for each kind that has something to tell or is picked."""
    known = [source for source in timeline_sources() if counts[source.key] or source.key in wanted]
    if len(known) < 2 and not wanted:
        return []
    chips = [Chip("", "", counts.total(), not wanted, *_addresses(request, record, set(), PIECE))]
    for source in known:
        leads_to = _addresses(request, record, wanted ^ {source.key}, PIECE)
        chips.append(Chip(source.title, source.icon, counts[source.key], source.key in wanted, *leads_to))
    return chips


def _addresses(request: HttpRequest, record: Any, wanted: set[str], shown: int) -> tuple[str, str]:
    """The page and its fragment."""
    query = _query(request, wanted, shown)
    tail = f"?{query}" if query else ""
    return f"{page_address(record, 'change')}{tail}#story", f"{page_address(record, 'story')}{tail}"


def _query(request: HttpRequest, wanted: set[str], shown: int) -> str:
    """What the address says: of what is not ours it keeps everything."""
    kept = [(key, value) for key, values in request.GET.lists() if key not in (KIND, SHOWN) for value in values]
    kept += [(KIND, key) for key in sorted(wanted)]
    if shown != PIECE:
        kept.append((SHOWN, str(shown)))
    return urlencode(kept)


@timeline_source("changes", _("Changes"), icon="pencil-square", order=40)
def changes(request: HttpRequest, record: Any) -> Iterator[TimelineItem]:
    """The trail of the record: who made it, and who changed what in it."""
    found = AuditEntry.objects.filter(record_type=record_type(record), record_id=record.pk)
    entries = list(found.select_related("actor").order_by("-id")[:NEWEST])
    for entry, line in zip(entries, lines(entries), strict=True):
        html = render_to_string("console/partials/_timeline_changes.html", {"changes": line.changes})
        yield TimelineItem(line.at, line.action, line.reason, line.who, icon="pencil-square", html=html, place=entry.pk)
