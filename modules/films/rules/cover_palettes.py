"""The colours of covers: four to a palette, and the palettes of each mood.

Ink reads on paper with at least 4.5:1. Papers keep clear of pure black and white, so that
a cover stands off a light page and a dark one.
"""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Palette:
    paper: str
    ink: str
    accent: str
    second: str

    @cached_property
    def on_accent(self) -> str:
        return max(("#16130f", "#fff8ea", self.paper, self.ink), key=self._against_accent)

    @cached_property
    def loud(self) -> str:
        """The accent where it is fit for large type on paper, else the ink."""
        return self.accent if contrast(self.accent, self.paper) >= 3 else self.ink

    def _against_accent(self, colour: str) -> float:
        own = 1.5 if colour in {self.paper, self.ink} else 1
        value = contrast(colour, self.accent)
        return value * own if value >= 4.5 else value / 10


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #rrggbb colours as WCAG defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PALETTES = {
    "midnight": Palette("#23263a", "#f3ead7", "#e8b53a", "#4f5678"),
    "newsprint": Palette("#e9e2d0", "#1b1b1d", "#c8321f", "#a39c8a"),
    "asphalt": Palette("#33393f", "#f2efe8", "#ff6a45", "#626c75"),
    "vertigo": Palette("#e8572a", "#1a0f0a", "#f8e9cf", "#a32c12"),
    "alarm": Palette("#f2c230", "#1a1713", "#c92a1a", "#fff2c4"),
    "oxblood": Palette("#5f1219", "#f7e6d6", "#ee4b3a", "#350a10"),
    "mould": Palette("#20332a", "#e6efd8", "#a6d64a", "#49664f"),
    "orbit": Palette("#14235a", "#f2f0ff", "#ff7566", "#4463d8"),
    "teal": Palette("#0e3f48", "#eafaf3", "#3fd9b8", "#f0648c"),
    "rose": Palette("#f4c9c4", "#4a1026", "#cf2149", "#fff0e6"),
    "plum": Palette("#4b1d4f", "#fde8ec", "#ff8f78", "#8e4a92"),
    "sunny": Palette("#ffd84d", "#23204a", "#ea4a36", "#2f94d4"),
    "mint": Palette("#bfe5d0", "#16352f", "#e85a2c", "#fff7e3"),
    "bauhaus": Palette("#efe6d2", "#1d1b19", "#c9321e", "#1f4e9a"),
    "slate": Palette("#35506b", "#f6f0e2", "#f2b03a", "#1f3347"),
    "ochre": Palette("#d9a441", "#2a1a0c", "#8c2f1b", "#f6e6c1"),
    "sea": Palette("#dbe8ea", "#10324a", "#1a769c", "#e9b44c"),
    "desert": Palette("#e59a62", "#2b130a", "#a93217", "#f7ddb0"),
    "dusk": Palette("#3b2a4d", "#fbe9d0", "#f0894a", "#7a3f6a"),
    "olive": Palette("#4b5236", "#f3ecd3", "#dfaa45", "#2d321f"),
    "khaki": Palette("#cfc19b", "#23241a", "#9c2b1c", "#6e7250"),
    "sky": Palette("#79c4ec", "#0f2747", "#ffd23f", "#f4583f"),
    "grape": Palette("#5637ab", "#fff6e4", "#ffc83d", "#ff6f91"),
    "jade": Palette("#0f6b54", "#fdf5e0", "#ffb52e", "#0a4537"),
    "coral": Palette("#f7775f", "#2a0d1c", "#ffe3b0", "#8d1f3f"),
    "cabaret": Palette("#a3134d", "#fff3e8", "#ffc94a", "#5f0b33"),
    "archive": Palette("#d8d8cf", "#161616", "#0b5fb0", "#a0a096"),
}

MOODS = {
    "action": ("alarm", "vertigo", "asphalt", "orbit", "bauhaus"),
    "adventure": ("jade", "sky", "desert", "slate", "coral"),
    "animation": ("sky", "grape", "sunny", "mint", "coral"),
    "biography": ("ochre", "slate", "newsprint", "sea", "bauhaus"),
    "comedy": ("sunny", "mint", "coral", "rose", "sky"),
    "crime": ("newsprint", "asphalt", "midnight", "vertigo", "oxblood"),
    "documentary": ("archive", "newsprint", "sea", "slate"),
    "drama": ("bauhaus", "slate", "ochre", "sea", "dusk", "newsprint", "jade"),
    "family": ("sky", "sunny", "mint", "grape", "coral"),
    "fantasy": ("grape", "dusk", "teal", "plum", "jade"),
    "history": ("khaki", "ochre", "olive", "oxblood"),
    "horror": ("oxblood", "mould", "midnight", "vertigo"),
    "musical": ("cabaret", "grape", "sunny", "coral", "teal"),
    "mystery": ("midnight", "dusk", "mould", "teal"),
    "noir": ("midnight", "newsprint", "asphalt", "slate"),
    "romance": ("rose", "plum", "coral", "cabaret", "sea"),
    "science-fiction": ("orbit", "teal", "dusk", "asphalt", "archive"),
    "thriller": ("vertigo", "alarm", "asphalt", "oxblood", "midnight"),
    "war": ("olive", "khaki", "asphalt", "newsprint"),
    "western": ("desert", "ochre", "khaki", "dusk"),
}
