"""Files of imports: what may come in, how they are read row by row, and that they go after thirty days."""

import codecs
import hashlib
import math
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from modules.console.imports.importers import Importer, read_row
from modules.console.models import ImportRun
from modules.core.attachments import shown_name
from modules.core.json_lists import json_elements
from modules.core.sniffing import FileRefused, extension_of, sniff
from modules.core.tables import MOST_COLUMNS, BadCell, Unreadable, opened_table

FOLDER = "imports"
CSV, JSON = "csv", "json"
KINDS = {"csv": CSV, "tsv": CSV, "txt": CSV, "json": JSON}
ACCEPTED = ",".join(f".{extension}" for extension in KINDS)
WORKBOOKS = {"xlsx", "xls", "xlsm", "ods"}
LARGEST_MB = 20
MOST_ROWS = 50_000
SAMPLES = 3
LONGEST_SAMPLE = 60
MOST_ENTRIES = 1_000
KEPT = timedelta(days=30)
SWEPT = 100
HEAD = 1 << 16


@dataclass(frozen=True)
class Survey:
    """What a first look at a file says."""

    kind: str
    header: list[str]
    samples: list[list[str]]
    rows: int
    encoding: str = ""
    delimiter: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for files with the same columns."""
        return hashlib.sha256("\n".join([self.kind, *self.header]).encode()).hexdigest()


def take_file(upload: UploadedFile) -> tuple[str, str, Survey]:
    """Keep an uploaded file under a random name: its name for people, its place, and what is in it. Unreadable."""
    name = shown_name(upload.name or "")
    if (upload.size or 0) > LARGEST_MB * 1_000_000:
        raise Unreadable(_("The file is larger than {most} MB. Import it in parts.").format(most=LARGEST_MB))
    kind = _kind(upload, name)
    upload.seek(0)
    secret = secrets.token_hex(20)
    place = str(default_storage.save(f"{FOLDER}/{secret[:2]}/{secret}", upload))
    try:
        return name, place, survey(path_of(place), kind)
    except BaseException:
        default_storage.delete(place)
        raise


def _kind(upload: UploadedFile, name: str) -> str:
    """By the name, if the bytes are text at all."""
    extension = extension_of(name)
    if extension in WORKBOOKS:
        raise Unreadable(_("This is a workbook. Save it as “CSV UTF-8” and choose that file."))
    if extension not in KINDS:
        raise Unreadable(_("Choose a CSV or a JSON file."))
    if not upload.size:
        raise Unreadable(_("The file is empty."))
    if not _is_text(upload):
        raise Unreadable(_("This file is no text: choose a CSV or a JSON file."))
    return KINDS[extension]


def _is_text(upload: UploadedFile) -> bool:
    """Whether the bytes may be a table. Markup in a cell is text like any other: nobody is ever served this file."""
    upload.seek(0)
    head = upload.read(HEAD)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return True
    try:
        return sniff(cast(BinaryIO, upload), "").kind.key in ("csv", "text")
    except FileRefused:
        return b"\0" not in head and not head.lstrip().startswith((b"<", b"#!", b"PK"))


def path_of(place: str) -> Path:
    return Path(default_storage.path(place))


def survey(path: Path, kind: str) -> Survey:
    """Read a file to its end once: columns, samples, how many rows. Unreadable when a later reading would break."""
    found = _survey_json(path) if kind == JSON else _survey_table(path)
    if not found.rows:
        raise Unreadable(_("There is no row below the names of the columns."))
    return found


def _survey_table(path: Path) -> Survey:
    with opened_table(path) as table:
        samples: list[list[str]] = [[] for _column in table.header]
        rows = 0
        for _line, cells in table.rows:
            rows += 1
            _check_count(rows)
            for taken, cell in zip(samples, cells, strict=False):
                _sample(taken, cell)
        return Survey(CSV, table.header, samples, rows, table.encoding, table.delimiter)


def _survey_json(path: Path) -> Survey:
    samples: dict[str, list[str]] = {}
    rows = 0
    for line, entry in json_elements(path):
        rows += 1
        _check_count(rows)
        for name, value in entry.items() if isinstance(entry, dict) else ():
            if name not in samples and len(samples) >= MOST_COLUMNS:
                raise Unreadable(_("more than {most} columns: is this a table?").format(most=MOST_COLUMNS), line)
            try:
                _sample(samples.setdefault(clean(name), []), _as_text(clean(value)))
            except BadCell:
                continue
    return Survey(JSON, list(samples), list(samples.values()), rows)


def _check_count(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Unreadable(_("The file has more than {most} rows. Import it in parts.").format(most=MOST_ROWS))


def _sample(taken: list[str], text: str) -> None:
    if len(taken) < SAMPLES and text.strip():
        short = text.strip()
        taken.append(short if len(short) <= LONGEST_SAMPLE else f"{short[:LONGEST_SAMPLE]}…")


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def clean(value: Any) -> Any:
    """A value that any database can keep: text, a number, or a list of these; BadCell for all else."""
    if isinstance(value, list):
        if len(value) > MOST_ENTRIES:
            raise BadCell(_("more than {most} entries").format(most=MOST_ENTRIES))
        return [_clean_one(part) for part in value]
    return _clean_one(value)


def _clean_one(value: Any) -> Any:
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise BadCell(_("holds characters that are no text"))
        return value
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise BadCell(_("expected a text, a number or a list of them"))


# Rows for jobs


def rows_of(run: ImportRun, which: Importer, mapping: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Every row of the file as the data of a job's row: line, label, what it tells by field, what is wrong with it."""
    seen: dict[str, int] = {}
    for line, told, unfit in _told(run, mapping):
        values, wrong = read_row(which, told)
        problems = unfit or wrong or _twice(seen, which.identity(values), line)
        label = "" if problems and not values else _label(which, values)
        yield {"line": line, "label": label, "told": told} | ({"problems": problems} if problems else {})


def _twice(seen: dict[str, int], identity: str, line: int) -> list[tuple[str, str]]:
    first = seen.setdefault(identity, line)
    return [] if first == line else [("", _("The same stands in line {line} already.").format(line=first))]


def _label(which: Importer, values: Mapping[str, Any]) -> str:
    try:
        return which.label(values)
    except KeyError:
        return ""


def _told(run: ImportRun, mapping: Mapping[str, int]) -> Iterator[tuple[int, dict[str, Any], list[tuple[str, str]]]]:
    path = path_of(run.stored)
    if run.kind == JSON:
        names = {field: run.header[place] for field, place in mapping.items()}
        for line, entry in json_elements(path):
            yield line, *_of_entry(entry, names)
        return
    with opened_table(path) as table:
        for line, cells in table.rows:
            told = {field: cells[place].strip() for field, place in mapping.items() if place < len(cells)}
            problems = []
            if len(cells) > len(table.header):
                words = _("{cells} cells under {columns} columns: is there a mark too many?")
                problems = [("", words.format(cells=len(cells), columns=len(table.header)))]
            yield line, *_kept(told, problems)


def _of_entry(entry: Any, names: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    if not isinstance(entry, dict):
        return {}, [("", _("expected an object, as the others are"))]
    return _kept({field: entry.get(name) for field, name in names.items()}, [])


def _kept(told: Mapping[str, Any], problems: list[tuple[str, str]]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What a database can keep of the values; the rest are problems."""
    kept: dict[str, Any] = {}
    found = list(problems)
    for name, value in told.items():
        try:
            kept[name] = clean(value)
        except BadCell as error:
            found.append((name, str(error)))
    return {name: value for name, value in kept.items() if value not in (None, "", [])}, found


def remove_old_files(*, at: datetime) -> int:
    """Remove files that came thirty days ago; how many went."""
    old = list(ImportRun.objects.exclude(stored="").filter(at__lt=at - KEPT).order_by("at")[:SWEPT])
    for run in old:
        default_storage.delete(run.stored)
        ImportRun.objects.filter(pk=run.pk).update(stored="")
    return len(old)
