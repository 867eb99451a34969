"""Declarations of customer pages: what ModelAdmin is for staff, RecordPages is for a record's owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.registry import Registry

Words = str | Promise
Layout = Sequence[str | tuple[Words, Sequence[str]]]


@dataclass(frozen=True)
class EmptyList:
    """What an empty list says: what would be here, and the first step."""

    title: Words
    text: Words = ""
    icon: str = "inbox"
    action: Words = ""
    url_name: str = ""


@dataclass(frozen=True)
class ListPage:
    """The list of somebody's records. `sort` is the default order, as in `order_by`; the primary key always ends it."""

    columns: Sequence[str]
    filters: Sequence[str] = ()
    search: Sequence[str] = ()
    sort: str = "-pk"
    page_size: int = 20
    empty: EmptyList | None = None


@dataclass(frozen=True)
class DetailPage:
    """One record. `layout` names fields, or pairs of a title and fields; a template of one's own extends
    `portal/record_detail.html`. `files` names attributes that give a `Document` or nothing; `live` the templates of its
    own parts that a live look shows anew, each one element with an id that takes `oob`."""

    layout: Layout = ()
    template: str = "portal/record_detail.html"
    timeline: bool = False
    actions: bool = False
    files: Sequence[str] = ()
    live: Sequence[str] = ()


@dataclass(frozen=True)
class CreatePage:
    """A form by which somebody who signed in makes a record of their own, from fields of the model. Its words are those
    of the title, of a sentence below it, and of the button."""

    fields: Sequence[str]
    title: Words = ""
    lead: Words = ""
    button: Words = ""


@dataclass(frozen=True)
class Document:
    """A file of a record that its owner may fetch."""

    title: Words
    url: str


@dataclass(frozen=True)
class Step:
    """One step of the way of a record: status `done`, `current`, `failed` or empty for what is still to come."""

    title: Words
    status: str = ""
    at: datetime | None = None
    note: Words = ""


record_pages: Registry["RecordPages"] = Registry("record pages")


class RecordPages:
    """The pages of one model for the people its records belong to, and for nobody else.

    A subclass with a `model` registers itself. `owner` is the path to the owning user (`order__customer` is fine).
    Columns and facts are field names, attributes of the record, or methods of this class that take the record.
    """

    model: ClassVar[Any]
    owner: ClassVar[str]
    lookup: ClassVar[str] = "pk"
    prefix: ClassVar[str] = ""
    title: ClassVar[Words] = ""
    list: ClassVar[ListPage | None] = None
    detail: ClassVar[DetailPage | None] = None
    create: ClassVar[CreatePage | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "model" in cls.__dict__:
            pages = cls()
            record_pages.register(pages.record_type, pages)

    @property
    def record_type(self) -> str:
        return record_type(self.model)

    @property
    def path(self) -> str:
        """The address below the root: `orders` for a model named Order."""
        return self.prefix or f"{self.model._meta.model_name}s"

    @property
    def route(self) -> str:
        """The stem of the URL names: `portal:films_order_list`, `portal:films_order_detail`."""
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}"

    @property
    def shown_title(self) -> Words:
        return self.title or capfirst(self.model._meta.verbose_name_plural)

    def list_url(self) -> str:
        return reverse(f"portal:{self.route}_list")

    def detail_url(self, record: models.Model) -> str:
        return reverse(f"portal:{self.route}_detail", args=[getattr(record, self.lookup)])

    def create_url(self) -> str:
        return reverse(f"portal:{self.route}_create")

    # Hooks, each with a sensible answer.

    def records(self) -> models.QuerySet[Any]:
        """The rows with what the pages need of their relations; the owner's share is cut out elsewhere."""
        rows: models.QuerySet[Any] = self.model._default_manager.all()
        return rows

    def heading(self, record: models.Model) -> str:
        return str(record)

    def happening(self, record: models.Model) -> Words:
        """What happens now, in one sentence."""
        return ""

    def steps(self, record: models.Model) -> Sequence[Step]:
        """Where the record stands on its way."""
        return ()

    def poll_every(self, record: models.Model) -> int | None:
        """Seconds between looks at a record that may change by itself; None when nothing more will happen."""
        return None

    def starting_values(self, actor: Actor) -> Mapping[str, Any]:
        """What the form for a new record holds already: the person's own address in a field `email`."""
        return {"email": actor.user.email} if actor.user is not None else {}

    def context(self, record: models.Model, actor: Actor) -> Mapping[str, Any]:
        """More for a template of one's own."""
        return {}


def pages_of(model: type[models.Model]) -> RecordPages | None:
    """The pages declared for a model."""
    return record_pages.get(record_type(model))
