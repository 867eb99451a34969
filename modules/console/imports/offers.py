"""Where imports are offered: above the lists of what can be imported, and in the command palette."""

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from modules.console.imports.importers import importers_for
from modules.core.http import PortalRequest
from modules.core.palette import PaletteEntry, palette_source


def import_buttons(request: HttpRequest, opts: Any) -> str | None:
    """A way to the import of what the list shows."""
    offered = importers_for(cast(PortalRequest, request).actor, opts.model)
    if not offered:
        return None
    return render_to_string("console/partials/_import_buttons.html", {"offered": offered})


@palette_source("imports", order=60)
def import_entries(request: HttpRequest, term: str) -> Iterator[PaletteEntry]:
    """“Import: Films”, for whoever may."""
    for one in importers_for(cast(PortalRequest, request).actor):
        title = _("Import: {what}").format(what=one.title)
        if term and term.casefold() in title.casefold():
            url = reverse("console:import_new", args=[one.key])
            yield PaletteEntry(title, url, icon="upload_file", group=_("Actions"))
