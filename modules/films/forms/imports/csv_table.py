"""Films from a CSV file, whatever its columns are called."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from modules.core.tables import Unreadable, opened_table
from modules.core.text import fold
from modules.films.forms.imports.errors import BadValue
from modules.films.forms.imports.values import COLUMNS, LISTS, film_row, names_in
from modules.films.rules.imports import FilmRow, RowProblem

# What columns are called elsewhere, folded.
HEADINGS = {
    "title": ("title", "film", "movie", "name", "titulo", "titel"),
    "year": ("year", "release year", "ano", "jahr"),
    "original_title": ("original title", "titulo original", "originaltitel"),
    "language": ("language", "original language", "idioma", "sprache"),
    "runtime": ("runtime", "length", "minutes", "duration", "duracion", "laufzeit"),
    "synopsis": ("synopsis", "overview", "plot", "sinopsis"),
    "tagline": ("tagline",),
    "status": ("status",),
    "genres": ("genres", "genre", "category", "generos", "genero"),
    "countries": ("countries", "country", "paises", "pais"),
    "cast": ("cast", "actors", "actor", "starring", "reparto"),
    "directors": ("directors", "director", "directed by", "direccion"),
    "writers": ("writers", "writer", "guion"),
    "producers": ("producers", "producer"),
    "composers": ("composers", "composer", "music by"),
    "cinematographers": ("cinematographers", "cinematographer"),
    "editors": ("editors", "editor"),
}


def read_csv(path: Path, mapping: Mapping[str, str] | None = None) -> Iterator[FilmRow | RowProblem]:
    """Every film of the table. `mapping` names columns by hand: `{"Filmtitel": "title"}`.

    A cell with several names separates them by `|`, or by `;` or `,` where that is not the table's own mark.
    """
    with opened_table(path) as table:
        columns = _columns(table.header, mapping or {})
        for line, cells in table.rows:
            yield _row(line, cells, columns, width=len(table.header))


def _columns(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    if unknown := [name for name in mapping if name not in header]:
        raise Unreadable(f"there is no column “{unknown[0]}”", 1)
    if wrong := [field for field in mapping.values() if field not in COLUMNS]:
        raise Unreadable(f"a film has no “{wrong[0]}”; it has {', '.join(COLUMNS)}", 1)
    known = {heading: column for column, headings in HEADINGS.items() for heading in headings}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        column = mapping.get(name) or known.get(fold(name))
        if column is None:
            continue
        if column in places:
            raise Unreadable(f"two columns tell the {column}: “{header[places[column]]}” and “{name}”", 1)
        places[column] = place
    if missing := [column for column in ("title", "year") if column not in places]:
        raise Unreadable(f"no column tells the {' and the '.join(missing)}; the first line must name the columns", 1)
    return places


def _row(line: int, cells: Sequence[str], columns: Mapping[str, int], *, width: int) -> FilmRow | RowProblem:
    if len(cells) > width:
        return RowProblem(line, "", f"{len(cells)} cells under {width} columns: is there a mark too many?")
    told = {column: cells[place].strip() for column, place in columns.items() if place < len(cells)}
    values = {column: names_in(text) if column in LISTS else text for column, text in told.items()}
    try:
        return film_row(line, values)
    except BadValue as error:
        return RowProblem(line, error.column, error.words)
