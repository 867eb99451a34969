"""The inbox: which tasks somebody asked for, in which groups, and how many there are in each list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.core.actors import Actor
from modules.core.http import PortalRequest
from modules.workflow.choices import DefinitionStatus
from modules.workflow.flows import Flow, flows
from modules.workflow.graph import TaskNode, Words
from modules.workflow.models import Definition, Task
from modules.workflow.panels.hands import LOADED
from modules.workflow.selectors import Whose, inbox_page, inbox_tasks, roles_of
from modules.workflow.worklists.inbox_rows import Row, rows_of

PAGE, COUNT_CAP, MOST_FOUND, LONGEST_TERM = 50, 1000, 200, 100
KINDS: tuple[Whose, ...] = ("mine", "team", "free")
TITLES: Mapping[Whose, Words] = {
    "mine": gettext_lazy("Mine"),
    "team": gettext_lazy("My team's"),
    "free": gettext_lazy("Unclaimed"),
}


@dataclass(frozen=True)
class Asked:
    """What the address of the inbox asks for; `kind` is a record type or `type:task`."""

    whose: str = ""
    kind: str = ""
    term: str = ""
    page: int = 1

    @classmethod
    def by(cls, query: Mapping[str, str]) -> "Asked":
        whose, page = query.get("whose", ""), query.get("page", "1")
        return cls(
            whose if whose in KINDS else "",
            query.get("kind", "")[:150],
            " ".join(query.get("q", "").replace("\x00", "").split())[:LONGEST_TERM],
            min(max(int(page), 1), 10_000) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
        )

    @property
    def query(self) -> str:
        """The same question as part of an address."""
        given = {"whose": self.whose, "kind": self.kind, "q": self.term, "page": self.page if self.page > 1 else ""}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.kind or self.term)


@dataclass(frozen=True)
class Tab:
    """One of the three lists, with how many tasks it holds."""

    whose: Whose
    title: Words
    count: str
    query: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    """The rows that are due in one span of time."""

    key: str
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class KindGroup:
    """The kinds of tasks of one workflow, for the filter."""

    value: str
    title: str
    tasks: list[tuple[str, Words]]


@dataclass(frozen=True)
class Inbox:
    """What the page shows."""

    asked: Asked
    tabs: list[Tab]
    groups: list[Group]
    kinds: list[KindGroup]
    has_more: bool
    has_work: bool
    """Whether another list of this person holds something."""

    @property
    def is_empty(self) -> bool:
        return not any(group.rows for group in self.groups)

    @property
    def earlier(self) -> str:
        return replace(self.asked, page=self.asked.page - 1).query if self.asked.page > 1 else ""

    @property
    def later(self) -> str:
        return replace(self.asked, page=self.asked.page + 1).query if self.has_more else ""


def inbox_of(request: HttpRequest) -> Inbox:
    """The list that the address asks for; without a word the first of mine and unclaimed that holds something."""
    viewer, asked = cast(PortalRequest, request), Asked.by(request.GET)
    counts = counts_of(viewer.actor)
    if not asked.whose:
        asked = replace(asked, whose="mine" if counts["mine"] or not counts["free"] else "free")
    start = (asked.page - 1) * PAGE
    wanted = page_of(request, asked, start, start + PAGE + 1)
    rows = rows_of(wanted[:PAGE], viewer.actor, viewer.now, asked.query)
    tabs = [
        Tab(whose, TITLES[whose], shown(counts[whose]), replace(asked, whose=whose, page=1).query, whose == asked.whose)
        for whose in KINDS
    ]
    return Inbox(
        asked, tabs, grouped(rows, viewer.now), kinds_of(viewer.actor), len(wanted) > PAGE, any(counts.values())
    )


def page_of(request: HttpRequest, asked: Asked, start: int, stop: int) -> list[Task]:
    """The tasks of a page with the people who hold them."""
    if asked.is_narrow:
        return list(tasks_asked(request, asked).select_related(*LOADED)[start:stop])
    tasks = inbox_page(cast(PortalRequest, request).actor, cast(Whose, asked.whose), start, stop)
    prefetch_related_objects(tasks, *LOADED)
    return tasks


def counts_of(actor: Actor) -> dict[Whose, int]:
    """The sizes of the three lists; nothing is counted beyond the cap."""
    return {whose: inbox_tasks(actor, whose).order_by()[: COUNT_CAP + 1].count() for whose in KINDS}


def shown(count: int) -> str:
    """A count in the reader's figures, with a sign when there are more."""
    return f"> {localize(COUNT_CAP)}" if count > COUNT_CAP else str(localize(count))


def tasks_asked(request: HttpRequest, asked: Asked) -> QuerySet[Task]:
    """The open tasks of the list, narrowed by kind and by the number of their record."""
    actor = cast(PortalRequest, request).actor
    tasks = inbox_tasks(actor, cast(Whose, asked.whose))
    record_type, _colon, key = asked.kind.partition(":")
    if record_type:
        tasks = tasks.filter(record_type=record_type, **({"key": key} if key else {}))
    return tasks.filter(_about(request, asked.term)) if asked.term else tasks


def _about(request: HttpRequest, term: str) -> Q:
    """Tasks about records that the search of their own list finds, of kinds that this person may see."""
    found = Q(pk__in=())
    for flow in flows:
        pages = pages_of(flow)
        if pages is None or not pages.has_view_or_change_permission(request):
            continue
        rows, _double = pages.get_search_results(request, flow.model._default_manager.order_by(), term)
        ids = list(rows.values_list("pk", flat=True)[:MOST_FOUND])
        if ids:
            found |= Q(record_type=flow.graph.record_type, record_id__in=ids)
    return found


def pages_of(flow: Flow) -> Any:
    """The console's pages of a flow's model, or None."""
    try:
        return admin.site.get_model_admin(flow.model)
    except NotRegistered:
        return None


def kinds_of(actor: Actor) -> list[KindGroup]:
    """The kinds of tasks that may come to this person, also from versions that records still run on."""
    roles = set() if actor.user is None else set(roles_of(actor.user))
    numbers: dict[str, list[int]] = {}
    for key, number in Definition.objects.filter(status=DefinitionStatus.PUBLISHED).values_list("key", "version"):
        numbers.setdefault(key, []).append(number)
    found = []
    for flow in flows:
        kind, tasks = flow.graph.record_type, dict[str, Words]()
        for node in _task_nodes(flow, numbers.get(flow.graph.key, [])):
            if node.assign.kind != "role" or node.assign.value in roles:
                tasks.setdefault(f"{kind}:{node.key}", node.title)
        if tasks:
            found.append(KindGroup(kind, str(flow.graph.title), list(tasks.items())))
    return found


def _task_nodes(flow: Flow, numbers: Iterable[int]) -> Iterator[TaskNode]:
    """The tasks of the present version, then those of the others, newest first."""
    yield from flow.graph.tasks
    for number in sorted(numbers, reverse=True):
        version = flow.version(number)
        if version is not None and version is not flow.current:
            yield from version.graph.tasks


def grouped(rows: Sequence[Row], at: datetime) -> list[Group]:
    """Overdue, today (until midnight of the reader), later, and without a time; the empty groups too."""
    local = timezone.localtime(at)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + timedelta(days=1)
    tomorrow = timezone.make_aware(midnight)
    titles = {"overdue": _("Overdue"), "today": _("Today"), "later": _("Later"), "undated": _("Whenever there is time")}
    found: dict[str, list[Row]] = {key: [] for key in titles}
    for row in rows:
        found[_group(row.due_at, at, tomorrow)].append(row)
    return [Group(key, title, found[key]) for key, title in titles.items()]


def _group(due_at: datetime | None, at: datetime, tomorrow: datetime) -> str:
    if due_at is None:
        return "undated"
    if due_at < at:
        return "overdue"
    return "today" if due_at < tomorrow else "later"


def still_theirs(tasks: Iterable[Task], actor: Actor) -> set[int]:
    """Which of the tasks are open and wait for this person: held by them, or free for one of their roles."""
    roles = set() if actor.user is None else set(roles_of(actor.user))
    return {
        task.pk
        for task in tasks
        if task.status == "open"
        and (task.person_id == actor.user_id if task.person_id is not None else task.role in roles)
    }
