"""Every expression that Alpine is given: from unfold's templates and Python, from Django's admin's, and from ours."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import unfold
from django.conf import settings
from django.contrib import admin

TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
ATTRIBUTE = re.compile(
    r"""(?<![\w-])((?:x-[a-z][\w:.-]*|[:@][a-z][\w:.-]*))\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.DOTALL
)
IN_PYTHON = re.compile(r"""["'](x-[a-z][\w:.-]*)["']\]?\s*[:=]\s*["']([^"']*)["']""")
CHOICE = re.compile(r"⟦if⟧((?:(?!⟦if⟧|⟦endif⟧).)*)⟦endif⟧", re.DOTALL)

EVALUATED = ("data", "init", "show", "bind", "on", "text", "html", "for", "if", "model", "effect", "id", "anchor")
"""Directives whose value is an expression; those of x-ref and x-teleport are names, x-transition's are classes."""
OF_PLUGINS = ("x-sort:config", "x-sort", "x-resize")


def expressions() -> list[tuple[str, str, str]]:
    """Where, attribute, and expression, with samples in place of what Django fills in."""
    package = Path(unfold.__file__).parent
    roots = [package, Path(settings.BASE_DIR) / "templates", Path(admin.__file__).parent / "templates"]
    pages = chain.from_iterable(sorted(root.rglob("*.html")) for root in roots)
    found = {entry for page in pages for entry in _of_template(page)}
    found |= {entry for source in sorted(package.rglob("*.py")) for entry in _of_python(source)}
    return sorted(found)


def _of_template(path: Path) -> Iterator[tuple[str, str, str]]:
    source = path.read_text()
    tags = TAG.findall(source)
    marked = TAG.sub(lambda tag: _mark(tag[0]), source)
    for text in (marked, *tags):
        for attribute, double, single in ATTRIBUTE.findall(text):
            for expression in _readings(attribute, double or single):
                yield path.name, attribute, expression


def _of_python(path: Path) -> Iterator[tuple[str, str, str]]:
    for attribute, value in IN_PYTHON.findall(path.read_text()):
        for expression in _readings(attribute, value):
            yield path.name, attribute, expression


def _mark(tag: str) -> str:
    """A tag without quotes: choices stay recognisable, values become a sample that fits in a name, a text, a number."""
    word = re.match(r"{%\s*(\w+)", tag)
    if word and word[1] in ("if", "else", "elif", "endif"):
        return f"⟦{'else' if word[1] == 'elif' else word[1]}⟧"
    return "" if tag.startswith("{#") else "7"


def _readings(attribute: str, value: str) -> list[str]:
    name = attribute.replace(":", "x-bind:", 1) if attribute[0] == ":" else attribute.replace("@", "x-on:", 1)
    directive = re.split(r"[:.]", name.removeprefix("x-"))[0]
    if directive not in EVALUATED and name not in OF_PLUGINS:
        return []
    if directive == "for":
        value = value.split(" in ", 1)[1]
    readings = _variants(value)
    return [text for one in readings for text in ([one, f"{one} = __placeholder"] if directive == "model" else [one])]


def _variants(text: str) -> list[str]:
    """One for each branch of each choice."""
    choice = CHOICE.search(text)
    if choice is None:
        return [text] if text.strip() else []
    branches = choice[1].split("⟦else⟧")
    branches += [""] if len(branches) == 1 else []
    ways = (text[: choice.start()] + branch + text[choice.end() :] for branch in branches)
    return [variant for way in ways for variant in _variants(way)]
