"""The console's look comes from the house's tokens."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from modules.core.manifest import module_configs

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize(
    ("token", "light", "dark"),
    [
        ("accent", ("primary", "600"), ("primary", "500")),
        ("accent-strong", ("primary", "700"), None),
        ("surface", None, ("base", "900")),
        ("page", ("base", "50"), ("base", "950")),
        ("line", ("base", "200"), ("base", "800")),
        ("quiet", ("base", "500"), ("base", "400")),
        ("text", ("font", "important-light"), ("font", "important-dark")),
    ],
)
def test_colours_are_the_tokens(token: str, light: tuple[str, str] | None, dark: tuple[str, str] | None) -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    line = next(row for row in tokens.splitlines() if row.strip().startswith(f"--color-{token}:"))
    values = [part.split(")")[0] for part in line.split("oklch(")[1:3]]
    colours = settings.UNFOLD["COLORS"]
    for place, name in enumerate((light, dark)):
        if name is not None:
            assert colours[name[0]][name[1]] == f"oklch({values[place]})"


def test_sidebar_icons_are_names_of_material_symbols() -> None:
    """A heroicons name such as `shopping-bag` would be drawn as text."""
    names = {nav.icon for config in module_configs() for nav in config.manifest.navigation}
    assert {name for name in names if not re.fullmatch(r"[a-z0-9_]+", name)} == set()
