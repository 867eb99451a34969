"""What we override of unfold has not changed underneath, and no template of the console breaks its policy."""

import hashlib
import re
from pathlib import Path

import pytest
import unfold
from django.conf import settings

pytestmark = pytest.mark.any_database
TEMPLATES = Path(settings.BASE_DIR) / "templates"
PACKAGE = Path(unfold.__file__).parent / "templates"

OVERRIDDEN = {
    "admin/base.html": "2ce9250b3c649e3a",
    "unfold/helpers/account_links.html": "2bf64df6869b6b29",
    "unfold/helpers/app_list.html": "6ab83ac498b2f50f",
    "unfold/helpers/edit_inline/inline_delete.html": "aa81c3c8f5a2c86a",
    "unfold/helpers/edit_inline/tabular_field.html": "ab1aab4fedf9f270",
    "unfold/helpers/edit_inline/tabular_heading.html": "eef46d03bc1655ad",
    "unfold/helpers/edit_inline/tabular_table.html": "57d22471b10cefc8",
    "unfold/helpers/header_back_button.html": "e75451379d5507e6",
    "unfold/helpers/messages.html": "9e37d808b5122af1",
    "unfold/helpers/navigation.html": "fd819dae3473c0be",
    "unfold/helpers/navigation_header.html": "35139b9d94580be9",
    "unfold/helpers/navigation_user.html": "4c9ba58b3f215326",
    "unfold/helpers/search.html": "91996c27181d14ad",
    "unfold/helpers/theme_switch.html": "c8e659df65f5aa78",
    "unfold/helpers/userlinks.html": "b493fa5ca3595d28",
    "unfold/helpers/welcomemsg.html": "e8eab02522ba2319",
    "unfold/layouts/skeleton.html": "66af9f0bb45f98ba",
    "unfold/widgets/related_widget_wrapper.html": "4ffda1235520379d",
}
"""When one of these fails after an upgrade of unfold: compare the original with ours, then write down the new sum."""


@pytest.mark.parametrize(("name", "known"), OVERRIDDEN.items())
def test_the_original_of_an_overridden_template_is_the_one_we_know(name: str, known: str) -> None:
    assert (TEMPLATES / name).exists()
    assert hashlib.sha256((PACKAGE / name).read_bytes()).hexdigest()[:16] == known


def test_every_override_of_unfold_is_listed() -> None:
    ours = {
        str(path.relative_to(TEMPLATES))
        for folder in ("unfold", "admin")
        for path in (TEMPLATES / folder).rglob("*.html")
    }
    assert {name for name in ours if (PACKAGE / name).exists()} == set(OVERRIDDEN)


def console_templates() -> list[Path]:
    folders = ("admin", "console", "unfold", "elements")
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if any(part in folders for part in path.parts)]


@pytest.mark.parametrize("path", console_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_brings_script_or_style_of_its_own(path: Path) -> None:
    source = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", source) == []
    assert re.findall(r"<style(?![^>]*\bnonce=)[^>]*>", source) == []
    assert re.findall(r"\s(?:on[a-z]+|hx-on[\w:-]*|style)=", source) == []
    assert re.findall(r"javascript:|[\"']js:", source) == []
    assert re.findall(r"hx-trigger=\"[^\"]*\[", source) == []


def test_htmx_is_loaded_once() -> None:
    """unfold's on the console, django-htmx's on the portal."""
    loaders = [path for path in console_templates() if re.search(r"htmx/htmx\.js|htmx_script", path.read_text())]
    assert [path.name for path in loaders] == ["skeleton.html"]


def test_htmx_is_configured_alike_on_both_faces() -> None:
    found = [
        re.findall(r"<meta name=\"htmx-config\" content='([^']*)'", (TEMPLATES / name).read_text())
        for name in ("base.html", "unfold/layouts/skeleton.html")
    ]
    assert len(found[0]) == 1
    assert found[0] == found[1]
