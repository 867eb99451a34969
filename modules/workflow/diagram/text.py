"""How wide words are, and where they break. The server has no fonts, so widths come from a table of one wide face."""

import unicodedata
from functools import lru_cache

# Hundredths of an em of Inter at the weight of our titles, one of the widest faces in the house's font stack.
_WIDTHS = {
    21: "'", 26: "ijl", 28: " I·", 29: ".:", 30: ",;", 31: "!", 36: "|", 38: "/\\ft", 39: "()[]{}", 40: '"r',
    47: "-", 48: "^", 50: "`–", 54: "*", 55: "s", 56: "1?J_xz", 57: "Lak", 58: "cvy", 59: "7e", 61: "Fhnou",
    62: "2pq", 63: "5bdg", 64: "#", 65: "$3689Zß", 66: "T", 67: "&+04<=>BEPS~", 68: "K", 69: "X", 70: "Y",
    72: "ADRV", 73: "U", 74: "CHN", 78: "GOQ", 84: "w", 89: "%", 90: "m", 91: "M", 101: "W", 102: "@…→",
}  # fmt: skip
_WIDTH_OF = {char: width for width, chars in _WIDTHS.items() for char in chars}
_FULL = 104
_OTHER = 80
_CAUTION = 1.05
"""Other faces of the stack are up to this much wider."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """The width of one line at a font size, rather too wide than too narrow."""
    return sum(_char_width(char) for char in text) * size * _CAUTION / 100


def _char_width(char: str) -> int:
    plain = unicodedata.normalize("NFD", char)[0]
    if unicodedata.combining(plain):
        return 0
    if unicodedata.east_asian_width(plain) in "WF":
        return _FULL
    return _WIDTH_OF.get(plain, _OTHER)


def wrap(text: str, size: float, width: float, lines: int = 3) -> tuple[str, ...]:
    """Break a text into lines of about that width and of even length; what exceeds the lines ends in an ellipsis."""
    width = _roomy(text, size, width)
    words = [part for word in text.split() for part in _parts(word, size, width)]
    broken = _fill(words, size, width)
    if len(broken) > lines:
        kept = broken[:lines]
        kept[-1] = _shortened(kept[-1] + " " + broken[lines], size, width)
        return tuple(kept)
    return tuple(_balanced(words, size, width, broken))


def _roomy(text: str, size: float, width: float) -> float:
    """Up to half as much again where a word needs it: a broken word is harder to read than a wide box."""
    longest = max((text_width(word, size) for word in text.split()), default=0.0)
    return longest if width < longest <= width * 1.5 else width


def _fill(words: list[str], size: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _balanced(words: list[str], size: float, width: float, broken: list[str]) -> list[str]:
    """The narrowest way to break the words into as many lines: "Awaiting | payment" rather than a lone last word."""
    best = broken
    while True:
        narrower = _fill(words, size, max(text_width(line, size) for line in best) - 0.5)
        if len(narrower) > len(broken) or _widest(narrower, size) >= _widest(best, size):
            return best
        best = narrower


def _widest(lines: list[str], size: float) -> float:
    return max(text_width(line, size) for line in lines)


def _parts(word: str, size: float, width: float) -> list[str]:
    """A word that is longer than a line, in pieces."""
    if text_width(word, size) <= width:
        return [word]
    parts = [""]
    for char in word:
        if parts[-1] and text_width(parts[-1] + char, size) > width:
            parts.append("")
        parts[-1] += char
    return parts


def _shortened(line: str, size: float, width: float) -> str:
    while line and text_width(f"{line}…", size) > width:
        line = line[:-1].rstrip()
    return f"{line}…"
