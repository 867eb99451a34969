"""What the page of one record shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from modules.core.looks import Look, look_of
from modules.portal.pages import DetailPage, Document, RecordPages, Step, Words
from modules.portal.values import model_field, title_of, value_of


@dataclass(frozen=True)
class Fact:
    title: Words
    value: Any


@dataclass(frozen=True)
class Section:
    title: Words
    rows: Sequence[Fact]


@dataclass(frozen=True)
class Status:
    """What happens now; `poll_every` is empty when nothing more will."""

    look: Look | None
    happening: Words
    steps: Sequence[Step]
    poll_every: int | None


def status_of(pages: RecordPages, record: models.Model) -> Status:
    look = look_of(record) if model_field(pages, "state") is not None else None
    return Status(look, pages.happening(record), pages.steps(record), pages.poll_every(record))


def sections_of(pages: RecordPages, detail: DetailPage, record: models.Model) -> list[Section]:
    """The layout filled with the record's values, without what is empty; names outside a titled pair form an untitled
    section."""
    sections: list[Section] = []
    loose: list[Fact] = []
    for entry in detail.layout or _default_layout(pages):
        if isinstance(entry, str):
            loose += _facts(pages, record, [entry])
        else:
            title, names = entry
            sections.append(Section(title, _facts(pages, record, names)))
    return [section for section in (Section("", loose), *sections) if section.rows]


def _default_layout(pages: RecordPages) -> list[str]:
    """Without a layout: the columns of the list, but the state, which stands on top."""
    return [name for name in (pages.list.columns if pages.list else []) if name != "state"]


def _facts(pages: RecordPages, record: models.Model, names: Sequence[str]) -> list[Fact]:
    facts = [Fact(title_of(pages, name), value_of(pages, record, name)) for name in names]
    return [fact for fact in facts if fact.value is not None and fact.value != ""]


def documents_of(detail: DetailPage, record: models.Model) -> list[Document]:
    """The files that exist by now."""
    found = (getattr(record, name, None) for name in detail.files)
    present = [item() if callable(item) else item for item in found]
    return [item for item in present if isinstance(item, Document)]
