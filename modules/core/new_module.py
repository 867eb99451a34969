"""Writing a new feature module: its names, its files from `module_template/`, its lines in the lists of the project."""

import json
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from django.apps import apps
from django.conf import settings

from modules.core import catalogue
from modules.core.manifest import manifests

TEMPLATE = Path(__file__).parent / "module_template"
SPANISH = TEMPLATE / "spanish.json"
DRAWERS = {"utils", "helpers", "common", "misc"}
OTHER_PREFIXES = {"console", "account", "accounts", "health", "static", "media", "tests", "modules", "project"}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 24


class Refused(Exception):
    """The module cannot be written; the text says why."""


@dataclass(frozen=True)
class Names:
    """What the module and its record are called, in code and in words."""

    module: str
    record: str

    @property
    def path(self) -> str:
        """The portal's address."""
        return self.module.replace("_", "-")

    @property
    def model(self) -> str:
        """The model's name as Django writes it in addresses and permissions."""
        return self.record.replace("_", "")

    @property
    def words(self) -> dict[str, str]:
        """What stands for `${…}` in the templates."""
        noun, nouns = self.record.replace("_", " "), self.module.replace("_", " ")
        return {
            "module": self.module,
            "Module": _camel(self.module),
            "record": self.record,
            "Record": _camel(self.record),
            "model": self.model,
            "noun": noun,
            "Noun": noun.capitalize(),
            "nouns": nouns,
            "Nouns": nouns.capitalize(),
            "path": self.path,
            "index": f"{self.module}_{self.record}"[:18].rstrip("_"),  # Django allows thirty letters in all
        }


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def singular(module: str) -> str:
    """The record of a module called by its plural: `repairs` has repairs, `entries` an entry."""
    if module.endswith("ies") and len(module) > 4:
        return module[:-3] + "y"
    if module.endswith(("sses", "shes", "ches", "xes")):
        return module[:-2]
    return module[:-1] if module.endswith("s") and not module.endswith("ss") else module


def names_for(module: str, record: str = "") -> Names:
    """The names of a new module. Raises Refused for one that cannot be, or that is taken."""
    record = record or singular(module)
    for name in (module, record):
        if not _NAME.fullmatch(name) or len(name) > LONGEST:
            raise Refused(
                f"“{name}” cannot be a name here: small letters, digits and single underscores, a letter first, "
                f"at most {LONGEST} of them. A plural such as “repairs” reads best."
            )
        if keyword.iskeyword(name) or keyword.issoftkeyword(name):
            raise Refused(f"“{name}” is a word of Python's.")
        if name in DRAWERS:
            raise Refused(
                f"“{name}” says nothing about what is inside. Name the thing that customers or staff speak of."
            )
    found = Names(module, record)
    _refuse_taken(found)
    return found


def _refuse_taken(names: Names) -> None:
    root = Path(settings.BASE_DIR)
    if names.module in {config.label for config in apps.get_app_configs()}:
        raise Refused(f"An app called “{names.module}” is installed already.")
    prefixes = {prefix.strip("/").split("/")[0] for manifest in manifests for prefix in manifest.portal}
    if names.path in prefixes | OTHER_PREFIXES:
        raise Refused(f"The address /{names.path}/ is taken.")
    for folder in ("modules", "templates", "tests"):
        if (root / folder / names.module).exists():
            raise Refused(f"{folder}/{names.module} is there already.")
    for target in targets(names):
        if target.exists():
            raise Refused(f"{target.relative_to(root)} is there already.")


def targets(names: Names) -> dict[Path, Path]:
    """Each file to be written, and the template it is made from."""
    root = Path(settings.BASE_DIR)
    found = {}
    for source in sorted(TEMPLATE.rglob("*.tpl")):
        path = str(source.relative_to(TEMPLATE)).removesuffix(".tpl")
        found[root / path.replace("MODULE", names.module).replace("RECORD", names.record)] = source
    return found


def write(names: Names) -> list[Path]:
    """Write every file; all of them are new."""
    texts = {target: _filled(source.read_text(), names.words) for target, source in targets(names).items()}
    for target, text in texts.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return list(texts)


def _filled(text: str, words: Mapping[str, str]) -> str:
    return Template(text).substitute(words)


def register(names: Names) -> list[Path]:
    """Add the module to the lists that name every module: settings, tiers, rooms, the table of addresses."""
    root, module, route = Path(settings.BASE_DIR), names.module, f"{names.module}_{names.model}"
    installed, tiers = root / "project" / "settings" / "modules.py", root / "pyproject.toml"
    _change(installed, r"(MODULES = env\.list\(.*?)(\n    \],)", rf'\1\n        "{module}",\2')
    text = tiers.read_text()
    if f"({module})" in text:  # planned: its place is known
        tiers.write_text(text.replace(f"({module})", module))
    else:
        _change(tiers, r'(^    "[^"\n]*\bfilms\b[^"\n]*)(",)', rf"\1 | {module}\2")
    _change(tiers, r'(id = "rooms".*?containers = \[[^\]]*)(\])', rf'\1, "modules.{module}"\2')
    access = root / "tests" / "integration" / "test_access.py"
    rows = {
        f"{module}:{names.record}_new": "SIGNED_IN",
        f"portal:{route}_detail": "OWNER",
        f"portal:{route}_list": "SIGNED_IN",
        f"portal:{route}_live": "OWNER",
        f"workflow:{route}_transition": "OWNER",
    }
    for name, who in rows.items():
        _add_row(access, f'    "{name}": {who},')
    return [installed, tiers, access]


def _add_row(path: Path, row: str) -> None:
    """Into the table of addresses, which is sorted."""
    head, start, rest = path.read_text().partition("\nTABLE = {\n")
    table, end, tail = rest.partition("\n}\n")
    if not end:
        raise Refused(f"{path.name} does not look as expected; add {row.strip()} there by hand.")
    path.write_text(head + start + "\n".join(sorted([*table.split("\n"), row])) + end + tail)


def _change(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text()
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL | re.MULTILINE)
    if not count:
        raise Refused(f"{path.name} does not look as expected; add the module there by hand.")
    path.write_text(changed)


def translate(names: Names, spanish: Mapping[str, str]) -> list[Path]:
    """Put the module's words into the Spanish catalogue, under the nouns given."""
    known = json.loads(SPANISH.read_text())
    said = {_filled(english, names.words): _filled(text, spanish) for english, text in known.items()}
    found = catalogue.updated("es")
    for message in found:
        if message.id in said and not message.string:
            message.string = said[str(message.id)]
    catalogue.write(found, "es")
    path = catalogue.path_of("es")
    return [path, path.with_suffix(".mo")]


def spanish_words(names: Names, given: str) -> dict[str, str]:
    """Singular and plural in Spanish, written `reparación,reparaciones`; without them the English words stand."""
    noun, _comma, nouns = (given or f"{names.words['noun']},{names.words['nouns']}").partition(",")
    nouns = nouns or noun
    noun, nouns = noun.strip(), nouns.strip()
    return {"noun": noun, "Noun": noun.capitalize(), "nouns": nouns, "Nouns": nouns.capitalize()}
