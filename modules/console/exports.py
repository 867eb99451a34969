"""A list as a file: the chosen columns of what is filtered or selected, row by row, and a line of the trail."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, cast

from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Field, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

from modules.console.columns import label_of, name_of
from modules.core import clock, request_id
from modules.core.audit import record_type
from modules.core.cells import safe_cell
from modules.core.errors import Refusal
from modules.core.fields import MoneyField
from modules.core.http import PortalRequest
from modules.core.looks import look_of
from modules.core.models import AuditEntry
from modules.core.money import Money

EXPORT = "console.export_records"
CSV, XLSX = "csv", "xlsx"
CHUNK = 1000
MOST_IN_A_SHEET = 50_000
"""A workbook is made whole before it is sent; what takes longer than a person waits goes as CSV."""

Value = str | int | float | Decimal | bool | date | datetime | None
Read = Callable[[Any], Value]


class TooManyRows(Refusal):
    """The workbook would take too long."""

    code = "too_many_rows"


@dataclass(frozen=True)
class Cell:
    """A column of the file."""

    title: str
    read: Read


def export(
    model_admin: Any, request: HttpRequest, rows: QuerySet[Any], columns: list[Any], kind: str, sentence: str
) -> HttpResponseBase:
    """The file, for whoever may take records out of the house."""
    if not may_export(model_admin, request):
        raise PermissionDenied
    kind = kind if kind == XLSX else CSV
    cells, count = cells_of(model_admin, columns), rows.count()
    if kind == XLSX and count > MOST_IN_A_SHEET:
        told = _("These are {count} records, and a workbook takes {most}. Take them as CSV, or filter the list.")
        raise TooManyRows(told, count=count, most=MOST_IN_A_SHEET)
    _keep_trail(model_admin, request, count, kind, [name_of(column) for column in columns], sentence)
    records = rows.iterator(chunk_size=CHUNK)
    name = f"{slugify(str(model_admin.opts.verbose_name_plural))}-{timezone.localdate(clock.now()):%Y-%m-%d}.{kind}"
    if kind == XLSX:
        return FileResponse(workbook(cells, records), as_attachment=True, filename=name)
    response = StreamingHttpResponse(csv_text(cells, records), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def may_export(model_admin: Any, request: HttpRequest) -> bool:
    return request.user.has_perm(EXPORT) and bool(model_admin.has_view_or_change_permission(request))


def _keep_trail(
    model_admin: Any, request: HttpRequest, rows: int, kind: str, columns: list[str], sentence: str
) -> None:
    """Before the first row leaves, so that a download that breaks off is known too."""
    viewer = cast(PortalRequest, request)
    AuditEntry.objects.create(
        at=viewer.now,
        actor=viewer.actor.user,
        actor_label=str(viewer.actor)[:254],
        action="exported",
        record_type=record_type(model_admin.model),
        record_id=None,
        record_label=str(capfirst(str(model_admin.opts.verbose_name_plural)))[:254],
        changes={"rows": rows, "format": kind, "columns": columns, "filters": sentence},
        request_id=request_id.current(),
    )


# What stands in the cells


def cells_of(model_admin: Any, columns: Iterable[Any]) -> list[Cell]:
    """The columns of the file; behind the first amount of a currency stands the currency."""
    cells: list[Cell] = []
    currencies: set[str] = set()
    for column in columns:
        field = _field(model_admin, column)
        cells.append(Cell(label_of(model_admin, column), _reader(model_admin, column, field)))
        if isinstance(field, MoneyField) and field.currency_field not in currencies:
            currencies.add(field.currency_field)
            cells.append(Cell(_("Currency"), field.currency_of))
    return cells


def _field(model_admin: Any, column: Any) -> Any:
    fields: dict[str, Field] = {field.name: field for field in model_admin.model._meta.concrete_fields}
    return fields.get(name_of(column))


def _reader(model_admin: Any, column: Any, field: Any) -> Read:
    if name_of(column) in ("state", "shown_state"):
        return lambda record: str(look_of(record).title)
    if isinstance(field, MoneyField):
        name = field.name
        return lambda record: _plain(getattr(record, name))
    if field is not None and field.flatchoices:
        words = {value: str(title) for value, title in field.flatchoices}
        return lambda record: words.get(getattr(record, field.attname), _plain(getattr(record, field.attname)))

    def read(record: Any) -> Value:
        try:
            _found, _attribute, value = lookup_field(column, record, model_admin)
        except ObjectDoesNotExist:
            return None
        return _plain(value)

    return read


def _plain(value: Any) -> Value:
    """A value as a cell holds it; whatever is more than a number, a truth or a moment is its text."""
    if isinstance(value, Money):
        return value.major
    if isinstance(value, SafeString):
        return " ".join(strip_tags(value).split())
    if value is None or isinstance(value, bool | int | float | Decimal | datetime | date):
        return value
    return str(value[-1]) if isinstance(value, tuple) and value else str(value)


# CSV


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_text(cells: list[Cell], records: Iterable[Any]) -> Iterator[str]:
    """The file in pieces, in the language and zone of the reader, which the request leaves before the first piece."""
    return _pieces(cells, records, translation.get_language() or "en", timezone.get_current_timezone())


def _pieces(cells: list[Cell], records: Iterable[Any], language: str, zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\N{BYTE ORDER MARK}" + writer.writerow([safe_cell(cell.title) for cell in cells])
    for chunk in _chunks(records):
        with translation.override(language), timezone.override(zone):
            text = "".join(writer.writerow([_written(cell.read(record)) for cell in cells]) for record in chunk)
        yield text


def _chunks(records: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _written(value: Value) -> str:
    """A number stays one, a moment is ISO 8601 in the reader's zone, a text like a formula is told to be text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return _local(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float | Decimal) else safe_cell(value)


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


# XLSX


def workbook(cells: list[Cell], records: Iterable[Any]) -> Any:
    """A file of one sheet, written row by row to the disk. Texts are written as texts, so no formula ever runs."""
    from xlsxwriter import Workbook

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    formats = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        Decimal: book.add_format({"num_format": "#,##0.00"}),
    }
    for place, cell in enumerate(cells):
        sheet.set_column(place, place, max(12, min(40, len(cell.title) + 4)))
        sheet.write_string(0, place, cell.title, bold)
    for number, record in enumerate(records, start=1):
        for place, cell in enumerate(cells):
            _write(sheet, number, place, cell.read(record), formats)
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, row: int, place: int, value: Value, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, datetime):
        local = _local(value).replace(tzinfo=None, microsecond=0)
        sheet.write_datetime(row, place, local, formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, formats[date])
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value, formats[Decimal] if isinstance(value, Decimal) else None)
    else:
        sheet.write_string(row, place, value)
