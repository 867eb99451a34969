"""Which reader a path gets."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from modules.core.tables import Unreadable
from modules.films.forms.imports.csv_table import read_csv
from modules.films.forms.imports.json_list import read_json
from modules.films.forms.imports.sakila import read_sakila
from modules.films.rules.imports import FilmRow, RowProblem

Reader = Callable[[Path], Iterator[FilmRow | RowProblem]]

PROFILES: dict[str, Reader] = {"sakila": read_sakila}
"""Folders of a known kind."""


def read_source(
    path: Path, *, profile: str = "", mapping: Mapping[str, str] | None = None
) -> Iterator[FilmRow | RowProblem]:
    """Rows and problems of a JSON file, a CSV file, or a folder of a profile; Unreadable if there is no way in."""
    if profile:
        if profile not in PROFILES:
            raise Unreadable(f"there is no profile “{profile}”; there is {', '.join(PROFILES)}")
        if not path.is_dir():
            raise Unreadable(f"the profile “{profile}” reads a folder, and {path.name} is none")
        return PROFILES[profile](path)
    if path.is_dir():
        raise Unreadable(f"{path.name} is a folder: say which --profile it has ({', '.join(PROFILES)})")
    if not path.is_file():
        raise Unreadable(f"there is no file {path}")
    if path.suffix.lower() == ".json":
        return read_json(path)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return read_csv(path, mapping)
    raise Unreadable(f"{path.name} is neither JSON nor CSV")
