"""What went wrong with the rows of an import, as a file beside which the import can be corrected."""

import csv
from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from modules.console.imports.importers import Importer
from modules.console.imports.runs import found_run
from modules.console.imports.shown import problems_of, troubles_of
from modules.console.models import ImportRun
from modules.core.cells import safe_cell
from modules.core.http import PortalRequest


class _Echo:
    def write(self, text: str) -> str:
        return text


@require_GET
def import_problems(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Line, column, value and words of every problem, as CSV."""
    viewer = cast(PortalRequest, request)
    run, which = found_run(viewer.actor, pk)
    response = StreamingHttpResponse(_lines(run, which), content_type="text/csv; charset=utf-8")
    stem, words = slugify(run.name.rpartition(".")[0]) or "import", slugify(_("problems"))
    response["Content-Disposition"] = f'attachment; filename="{stem}-{words}.csv"'
    return response


def _lines(run: ImportRun, which: Importer) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([_("Line"), _("Column"), _("What is wrong"), _("Row")])
    if run.job is None:
        return
    for item in troubles_of(run).iterator(chunk_size=500):
        for problem in problems_of(item, which, run):
            cells = [problem.column, problem.words, problem.label]
            yield writer.writerow([problem.line, *(safe_cell(text) for text in cells)])
