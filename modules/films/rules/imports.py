"""What an import knows of a film before it is written, and what it says afterwards. Pure facts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from modules.core.money import Money
from modules.core.text import fold

# Names that sources use for one and the same genre, folded.
GENRE_SYNONYMS = {
    "animated": "animation",
    "biographical": "biography",
    "biopic": "biography",
    "children": "family",
    "historical": "history",
    "music": "musical",
    "film noir": "noir",
    "sci fi": "science fiction",
    "scifi": "science fiction",
    "sport": "sports",
}


def genre_key(name: str) -> str:
    """The folded name under which a source's genre is looked up."""
    folded = fold(name)[:80]
    return GENRE_SYNONYMS.get(folded, folded)


@dataclass(frozen=True)
class EditionRow:
    """An edition as a source tells it; `copies` by slug of the location."""

    sku: str
    format: str
    price: Money
    ean: str | None = None
    tax_class: str = "standard"
    unit_cost: Money | None = None
    on_sale_from: date | None = None
    copies: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CreditRow:
    """Somebody's part in a film, by name."""

    name: str
    job: str
    character: str = ""


@dataclass(frozen=True)
class FilmRow:
    """A film as a source tells it. What the source is silent about is absent or empty, and is then left as it is."""

    line: int
    title: str
    year: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    genres: tuple[str, ...] = ()
    credits: tuple[CreditRow, ...] = ()
    certifications: Mapping[str, str] = field(default_factory=dict)
    external_ids: Mapping[str, str] = field(default_factory=dict)
    editions: tuple[EditionRow, ...] = ()

    @property
    def identity(self) -> tuple[str, int]:
        return self.title, self.year


@dataclass(frozen=True)
class RowProblem:
    """Why a row was left out: its line, the column, and what to do about it."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        place = f"{self.line}: {self.column}" if self.column else str(self.line)
        return f"{place}: {self.words}"


@dataclass(frozen=True)
class Written:
    """What became of a film's row: what it changed, `{field: [old, new]}`, and which fields were locked."""

    film_id: int
    is_new: bool = False
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    locked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suspect:
    """Two films that may be one; nothing is merged."""

    line: int
    title: str
    year: int
    other_title: str
    other_year: int
    why: str

    def __str__(self) -> str:
        return f"{self.line}: {self.title} ({self.year}) ≈ {self.other_title} ({self.other_year}): {self.why}"


@dataclass
class ImportReport:
    """What an import did, or in a dry run would do."""

    dry_run: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    locked: int = 0
    genres_added: int = 0
    people_added: int = 0
    editions_added: int = 0
    copies_received: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    suspects: list[Suspect] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)
