"""Setting type without a browser: how wide a line is, and where it breaks."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Advance widths in thousandths of an em, of the bold grotesques that the cover's
# font stack resolves to (Helvetica and its metric twins; others run narrower).
WIDTHS = {
    character: width
    for width, characters in {
        240: "'|‘’",
        278: " ,./\\Iijlł‚",
        333: "!()-:;[]`ft¡·",
        389: "*r{}",
        500: 'z"“”„',
        556: "#$0123456789Jaceksvxy«»–_¢£¥€",
        611: "?FLTZbdghnopqu¿ßøŁđðþ",
        667: "EPSVXYÞ",
        722: "&ABCDHKNRUĐÐ",
        778: "GOQØw",
        833: "M",
        889: "%mæ",
        944: "Wœ",
        1000: "—…@ÆŒ",
    }.items()
    for character in characters
}
GREEK_OR_CYRILLIC, OTHER_SCRIPT, SQUARE = 860, 1000, 1060
CAP_HEIGHT, ACCENTED, DESCENT, LEADING = 0.72, 0.94, 0.22, 0.98
# The rendering font may differ a little from the table; this much is kept free.
SLACK = 1.03


FORMS_OF_ADDRESS = {"Dr.", "Mr.", "Mrs.", "Ms.", "St."}


@dataclass(frozen=True)
class Block:
    """A text broken into lines, and the size at which it fits its box."""

    size: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        """From the top of the first capitals to the last baseline."""
        return self.size * (CAP_HEIGHT + LEADING * (len(self.lines) - 1))


def plain(text: str) -> str:
    """One line of characters that XML allows."""
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _UNPRINTED)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


_UNPRINTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@lru_cache(maxsize=8192)
def measure(text: str) -> float:
    """The width of a line in ems, rather too wide than too narrow."""
    return sum(_advance(character) for character in text) * SLACK / 1000


@lru_cache(maxsize=4096)
def _advance(character: str) -> int:
    known = WIDTHS.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    base = unicodedata.normalize("NFD", character)[0]
    if base in WIDTHS:
        return WIDTHS[base]
    if unicodedata.east_asian_width(character) in "WF":
        return SQUARE
    return GREEK_OR_CYRILLIC if "\u0370" <= base <= "\u052f" else OTHER_SCRIPT


def rise(text: str) -> float:
    """How far a line reaches above its baseline in ems: an accent sits on top of a capital."""
    stacked = any(c.isupper() and unicodedata.decomposition(c) for c in text)
    return ACCENTED if stacked else CAP_HEIGHT


def set_block(text: str, *, width: float, height: float, largest: float, smallest: float = 15) -> Block | None:
    """The largest setting of the text in the box; None when it is too long for it."""
    size = largest
    while size >= smallest:
        lines = _balanced(text, width / size)
        if lines and size * (CAP_HEIGHT + LEADING * (len(lines) - 1)) <= height:
            return Block(round(size, 1), tuple(lines))
        size *= 0.96
    return None


def cut(text: str, ems: float) -> str:
    """The text, shortened with an ellipsis to at most so many ems."""
    if measure(text) <= ems:
        return text
    while text and measure(text + "…") > ems:
        text = text[:-1]
    return f"{text.rstrip()}…"


def set_shortened(text: str, *, width: float, height: float, size: float) -> Block:
    """What fits of a text that is too long at the given size, with an ellipsis."""
    room = max(1, int((height / size - CAP_HEIGHT) / LEADING) + 1)
    lines = _greedy(_pieces(text, width / size), width / size)
    if len(lines) > room:
        lines = [*lines[: room - 1], cut(" ".join(lines[room - 1 : room + 1]), width / size)]
    return Block(size, tuple(lines))


def words(text: str) -> list[str]:
    """Where a title may break: at spaces, and between the characters of square scripts."""
    parts: list[str] = []
    for word in text.split():
        if parts and parts[-1] in FORMS_OF_ADDRESS:
            parts[-1] += f" {word}"
        elif sum(unicodedata.east_asian_width(c) in "WF" for c in word) * 2 > len(word) > 4:
            parts += [word[i : i + 4] for i in range(0, len(word), 4)]
        else:
            parts.append(word)
    return parts


def _balanced(text: str, ems: float) -> list[str]:
    """Greedy lines, then narrowed as far as their number allows, so none hangs alone."""
    parts = words(text)
    if any(measure(part) > ems for part in parts):
        return []
    lines = _greedy(parts, ems)
    narrow = ems
    while len(lines) > 1:
        narrow *= 0.95
        if any(measure(part) > narrow for part in parts):
            break
        tighter = _greedy(parts, narrow)
        if len(tighter) > len(lines):
            break
        lines = tighter
    return lines


def _greedy(parts: list[str], ems: float) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and measure(f"{lines[-1]} {part}") <= ems:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def _pieces(text: str, ems: float) -> list[str]:
    """Words, the overlong ones broken wherever the line is full."""
    pieces: list[str] = []
    for word in words(text):
        piece = ""
        for character in word:
            if piece and measure(piece + character) > ems:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece)
    return pieces
