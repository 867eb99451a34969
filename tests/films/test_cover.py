"""The drawn cover: the same every time, safe to print into a page, type inside the frame."""

import csv
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from modules.films.rules.cover import COMPOSITIONS, brief_for, compose, cover_svg
from modules.films.rules.cover_palettes import MOODS, PALETTES, contrast
from modules.films.rules.cover_sheet import HEIGHT, WIDTH, Cover
from modules.films.rules.cover_type import measure, plain

DEMO = Path(__file__).resolve().parents[2] / "modules" / "films" / "demo" / "films.csv"
STRANGELOVE = "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb"
ELEMENTS = {"svg", "path", "circle", "g", "text", "tspan"}
ATTRIBUTES = {
    *("viewBox", "role", "aria-label", "font-family", "font-weight", "font-size", "text-anchor"),
    *("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-dasharray", "transform"),
    *("d", "cx", "cy", "r", "x", "y"),
}
titles = st.text(min_size=1, max_size=300)
genres = st.sampled_from(["", *MOODS])


@pytest.fixture(scope="module")
def films() -> list[dict[str, str]]:
    with DEMO.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def drawn(film: dict[str, str], *, small: bool = False) -> str:
    return cover_svg(
        title=film["title"],
        year=int(film["year"]),
        genre=film["genres"].split("|")[0],
        byline=film["directors"].replace("|", ", "),
        small=small,
    )


def outside(cover: Cover) -> list[str]:
    """The lines that may run out of the frame."""
    return [
        line.text
        for line in cover.lines
        for left, top, right, bottom in [line.box()]
        if left < 0 or top < 0 or right > WIDTH or bottom > HEIGHT
    ]


def test_the_same_film_has_the_same_cover() -> None:
    first = cover_svg(title="Volver", year=2006, genre="drama", byline="Pedro Almodóvar")
    assert first == cover_svg(title="Volver", year=2006, genre="drama", byline="Pedro Almodóvar")


def test_another_year_is_another_cover() -> None:
    assert len({cover_svg(title="Scarface", year=year) for year in range(1932, 1992)}) > 50


def test_markup_in_title_and_byline_is_escaped() -> None:
    hostile = "<script>alert('x')</script> & \"quotes\""
    for year in range(1920, 1980):
        svg = cover_svg(title=hostile, year=year, byline=hostile)
        assert "<script" not in svg.lower()
        ET.fromstring(svg)


def test_carries_its_name_for_those_who_cannot_see_it() -> None:
    root = ET.fromstring(cover_svg(title='Say "Ä & <b>"', year=1999))
    assert (root.get("role"), root.get("aria-label")) == ("img", 'Say "Ä & <b>" (1999)')
    assert ET.fromstring(cover_svg(title="M", year=None)).get("aria-label") == "M"


def test_draws_with_presentation_attributes_alone(films: list[dict[str, str]]) -> None:
    """A strict Content-Security-Policy has nothing to object to, and no ids can clash."""
    elements: set[str] = set()
    attributes: set[str] = set()
    for film in films:
        for node in ET.fromstring(drawn(film)).iter():
            elements.add(node.tag)
            attributes.update(node.attrib)
    assert elements <= ELEMENTS
    assert attributes <= ATTRIBUTES


def test_covers_are_light(films: list[dict[str, str]]) -> None:
    """24 to a page must leave room for the page: 120 KiB in all."""
    sizes = [len(drawn(film).encode()) for film in films]
    assert max(sizes) <= 1434
    assert sum(sizes) / len(sizes) < 900


def test_every_title_of_the_demo_stays_in_the_frame(films: list[dict[str, str]]) -> None:
    """Whichever composition the dice choose, and however the list may change."""
    for film in films:
        brief = brief_for(film["title"], int(film["year"]), "", film["directors"])
        for draw in COMPOSITIONS:
            cover = draw(brief)
            if cover is not None:
                assert outside(cover) == [], (film["title"], draw.__name__)


def test_every_word_of_a_demo_title_is_set(films: list[dict[str, str]]) -> None:
    for film in films:
        cover = compose(brief_for(film["title"], int(film["year"]), film["genres"].split("|")[0]))
        text = " ".join(line.text for line in cover.lines).casefold()
        missing = [word for word in plain(film["title"]).casefold().split() if word not in text]
        assert missing == [], film["title"]


def test_the_demo_uses_every_composition_and_palette(films: list[dict[str, str]]) -> None:
    papers = set()
    unused = {draw.__name__ for draw in COMPOSITIONS}
    for film in films:
        genre = film["genres"].split("|")[0]
        brief = brief_for(film["title"], int(film["year"]), genre)
        cover = compose(brief, genre)
        papers.add(cover.paper)
        unused -= {d.__name__ for d in COMPOSITIONS if d.__name__ in unused and d(brief) == cover}
    assert unused == set()
    assert len(papers) == len(PALETTES)


@pytest.mark.parametrize(
    "title",
    [
        pytest.param(STRANGELOVE, id="long"),
        pytest.param("M", id="one letter"),
        pytest.param("東京物語", id="square script"),
        pytest.param("!!!", id="no letter"),
        pytest.param("a" * 250, id="one endless word"),
        pytest.param("х" * 90, id="Cyrillic"),
    ],
)
def test_odd_titles_get_a_cover_inside_the_frame(title: str) -> None:
    for year in range(1920, 1960):
        assert outside(compose(brief_for(title, year, "", "Someone"))) == []


def test_a_year_may_be_unknown_or_odd() -> None:
    for year in (None, 0, -5, 12345):
        for title in ("Volver", "El Sur", STRANGELOVE, "M", "Roma"):
            assert outside(compose(brief_for(title, year, "drama"))) == []


@given(title=titles, byline=st.text(max_size=80), year=st.integers(1880, 2100), genre=genres)
def test_any_title_makes_well_formed_xml_inside_the_frame(title: str, byline: str, year: int, genre: str) -> None:
    svg = cover_svg(title=title, year=year, genre=genre, byline=byline)
    assert ET.fromstring(svg).tag == "svg"
    assert outside(compose(brief_for(title, year, genre, byline), genre)) == []


def test_a_small_cover_leaves_the_byline_out() -> None:
    for year in range(1920, 1980):
        svg = cover_svg(title="Casablanca", year=year, byline="Michael Curtiz", small=True)
        assert "Michael" not in svg


def test_every_genre_of_the_demo_has_its_moods(films: list[dict[str, str]]) -> None:
    assert {genre for film in films for genre in film["genres"].split("|")} <= set(MOODS)
    assert {name for names in MOODS.values() for name in names} == set(PALETTES)


@pytest.mark.parametrize("name", PALETTES)
def test_type_reads_on_its_ground(name: str) -> None:
    palette = PALETTES[name]
    assert contrast(palette.ink, palette.paper) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 4.5
    assert contrast(palette.loud, palette.paper) >= 3


def test_widths_are_never_too_narrow_for_accents_and_other_scripts() -> None:
    assert measure("Á") == measure("A")
    assert measure("東") > 1
    assert measure("Ж") > 0.8


def test_the_tag_prints_a_cover_and_escapes() -> None:
    engine = Engine(libraries={"covers": "modules.films.templatetags.covers"})
    template = engine.from_string('{% load covers %}{% film_cover title=title year=1941 genre="drama" size="small" %}')
    html = template.render(Context({"title": "Citizen <Kane>"}))
    assert re.match(r'<svg [^>]*aria-label="Citizen &lt;Kane&gt; \(1941\)"', html)


@pytest.mark.parametrize("title", ["Él", "Ágora", "Éxodo final", "Ñandú", "Ö"])
def test_the_accent_on_a_capital_stays_in_the_frame(title: str) -> None:
    for year in range(1920, 1960):
        brief = brief_for(title, year, "")
        covers = [cover for draw in COMPOSITIONS if (cover := draw(brief))]
        assert [outside(cover) for cover in covers if outside(cover)] == []
