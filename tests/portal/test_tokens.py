"""The colours of `static/css/tokens.css` hold AA contrast in both schemes, measured and not believed."""

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SCHEMES = ("light", "dark")
OKLCH = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
PAIR = re.compile(rf"--color-([\w-]+): light-dark\({OKLCH}, {OKLCH}\);")
REQUIREMENT = re.compile(r"^\s+([\d.]+): ([\w -]+) on ([\w -]+?)(?: \*/)?$", re.MULTILINE)

Rgb = tuple[float, float, float]


def linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Linear sRGB of an oklch colour, by the matrices of CSS Color 4."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def luminance(colour: Rgb) -> float:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def colours() -> dict[str, dict[str, Rgb]]:
    """Every opaque colour token by name, in both schemes."""
    found: dict[str, dict[str, Rgb]] = {}
    for name, *numbers in PAIR.findall(TOKENS.read_text()):
        values = [float(number) for number in numbers]
        found[name] = {"light": linear_rgb(*values[:3]), "dark": linear_rgb(*values[3:])}
    return found


def requirements() -> list[tuple[float, str, str]]:
    rows = []
    for need, inks, grounds in REQUIREMENT.findall(TOKENS.read_text()):
        rows += [(float(need), ink, ground) for ink in inks.split() for ground in grounds.split()]
    return rows


def test_the_measure_itself_knows_black_white_and_a_known_grey() -> None:
    white, black = linear_rgb(1, 0, 0), linear_rgb(0, 0, 0)
    assert contrast(white, black) == pytest.approx(21, abs=0.01)
    assert contrast(white, linear_rgb(0.5693, 0, 0)) == pytest.approx(4.48, abs=0.01)  # #777777


def test_every_colour_but_the_backdrop_is_a_readable_pair() -> None:
    declared = set(re.findall(r"--color-([\w-]+):", TOKENS.read_text()))
    assert declared - set(colours()) == {"backdrop"}


def test_every_ink_and_every_tone_is_held_to_a_contrast() -> None:
    inks = {ink for _, ink, _ in requirements()}
    grounds = {ground for _, _, ground in requirements()}
    decorative = {"line"}
    assert set(colours()) - inks - grounds == decorative


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("need", "ink", "ground"), requirements())
def test_ink_stands_out_from_its_ground(need: float, ink: str, ground: str, scheme: str) -> None:
    palette = colours()
    assert contrast(palette[ink][scheme], palette[ground][scheme]) >= need


@pytest.mark.parametrize("name", sorted(colours()))
def test_colour_lies_within_what_every_screen_can_show(name: str) -> None:
    for scheme in SCHEMES:
        assert all(-0.012 <= part <= 1.012 for part in colours()[name][scheme]), scheme


def test_space_stays_on_the_grid_of_four_pixels() -> None:
    sizes = re.findall(r"--space-\d: ([\d.]+)rem;", TOKENS.read_text())
    assert len(sizes) == 9
    assert all((float(size) * 16) % 4 == 0 for size in sizes)


def test_there_are_six_sizes_of_type() -> None:
    assert len(re.findall(r"--text-\d:", TOKENS.read_text())) == 6
