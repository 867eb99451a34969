"""The catalogue of translations: every marked string of the project, and those of packages that have no Spanish.

GNU gettext is not needed: Django turns a template into marked calls, Babel finds and compiles them.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
OURS = ("modules", "project", "templates")
FILLED_PACKAGES = ("unfold", "django_q")
"""Packages whose strings we translate where they have none."""

Key = tuple[str | None, str]


def path_of(language: str) -> Path:
    """The catalogue's file, beside which its compiled form lies."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it stands, or an empty one."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, domain="django")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def read_compiled(file: BinaryIO) -> Iterator[Message]:
    """The messages of a compiled catalogue, with contexts as text, which Babel leaves as bytes."""
    for message in read_mo(file):
        context: object = message.context
        if isinstance(context, bytes):
            message.context = context.decode()
        yield message


def write(catalogue: Catalog, language: str) -> None:
    """Save the catalogue and compile it."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Modular Connect", ""
    catalogue.copyright_holder = "the Modular Connect authors"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # no noise in differences
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, no_location=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def template() -> Catalog:
    """Every string that has to be translated by us."""
    found = Catalog(domain="django")
    for folder in OURS:
        _collect(found, Path(settings.BASE_DIR) / folder)
    spoken = _spoken("es")
    for package in FILLED_PACKAGES:
        theirs = Catalog(domain="django")
        _collect(theirs, _folder(package))
        for message in theirs:
            if message.id and _key(message) not in spoken:
                found.add(message.id, context=message.context, flags=message.flags)
    return found


def updated(language: str) -> Catalog:
    """The catalogue with today's strings: translations that still fit are kept, no guesses are made.

    So are those that say a package's own words better than its Spanish does, by hand and for as long as it has them.
    """
    catalogue, today = read(language), template()
    spoken = _spoken(language)
    for message in list(catalogue):
        if message.id and _is_done(message) and _key(message) in spoken:
            today.add(message.id, context=message.context, flags=message.flags)
    catalogue.update(today, no_fuzzy_matching=True)
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """Strings without a translation, or with one that nobody confirmed."""
    return [_text(message) for message in catalogue if message.id and (not _is_done(message) or message.fuzzy)]


def _is_done(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def _text(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _key(message: Message) -> Key:
    return message.context, _text(message)


def _collect(catalogue: Catalog, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py" and not {"migrations", "tests", "sandbox"} & set(path.parts):
            source = path.read_bytes()
        elif path.suffix in (".html", ".txt") and "sandbox" not in path.parts:
            source = _as_python(path.read_text(encoding="utf-8"), str(path)).encode()
        else:
            continue
        for _line, found, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
            _add(catalogue, found, context)


def _add(catalogue: Catalog, found: str | tuple[str, ...], context: str | None) -> None:
    flags = ["python-format"] if re.search(r"%\(\w+\)[sd]", "".join(found)) else []
    catalogue.add(found, context=context, flags=flags)


def _as_python(text: str, origin: str) -> str:
    """A template as calls of gettext, without the indentation that Python would judge."""
    lines = str(templatize(text, origin=origin)).split("\n")
    return "\n".join(re.sub(r"^\s+", "", line) for line in lines)


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise LookupError(f"{package} is not installed")
    return Path(spec.origin).parent


def _spoken(language: str) -> set[Key]:
    """What Django and the installed packages say themselves in this language; others' catalogues are never loaded."""
    folders = [_folder("django") / "conf", *(Path(config.path) for config in apps.get_app_configs())]
    found: set[Key] = set()
    for path in (folder / "locale" / language / "LC_MESSAGES" / "django.mo" for folder in folders):
        if path.exists():
            with path.open("rb") as file:
                found |= {_key(message) for message in read_compiled(file) if message.id and _is_done(message)}
    return found
