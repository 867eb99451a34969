"""How well a film answers what somebody typed: whole words, beginnings of words, and words with typing errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from modules.core.text import fold

MAX_QUERY = 100
"""Characters of a query that are looked at; nobody types more on purpose."""
MAX_WORDS = 8
SHORT = 3
"""Words up to this length have no typing errors, and beside longer words they need not be found ("the", "of")."""
BEGINNING = 0.9
"""From this likeness on, a word is the other one or a beginning of it."""


class Fit(IntEnum):
    """How a film answers: all words are there; all are when mistyped; some are."""

    NEAR = 0
    SIMILAR = 1
    EXACT = 2


@dataclass(frozen=True)
class Findable:
    """What scoring reads of a film."""

    pk: int
    title: str
    original_title: str
    search_text: str
    popularity: int


@dataclass(frozen=True)
class Score:
    """How well a film answers, `value` between 0 and 1."""

    film: Findable
    value: float
    fit: Fit


def asked_words(query: str) -> list[str]:
    """The words of a query, folded; harmless whatever was typed."""
    return fold(query[:MAX_QUERY]).split()[:MAX_WORDS]


def asked_trigrams(words: Sequence[str]) -> list[str]:
    """The trigrams of the words, each padded by one space, as they stand in a film's search text."""
    padded = (f" {word} " for word in words)
    return list(dict.fromkeys(text[at : at + 3] for text in padded for at in range(len(text) - 2)))


@lru_cache(maxsize=8_192)
def likeness(asked: str, word: str) -> float:
    """0 to 1: 1 the same word, 0.9 and more a beginning of it, less a word with typing errors, 0 another word."""
    if asked == word:
        return 1.0
    if len(asked) > 1 and word.startswith(asked):
        return BEGINNING + 0.1 * len(asked) / len(word)
    allowed = _errors_allowed(asked)
    if not allowed or len(word) <= SHORT or abs(len(asked) - len(word)) > allowed:
        return 0.0
    if len(set(asked) - set(word)) > allowed:
        return 0.0
    errors = typing_errors(asked, word)
    return 0.85 - 0.15 * errors if errors <= allowed else 0.0


def _errors_allowed(asked: str) -> int:
    if len(asked) <= SHORT or asked.isdigit():
        return 0
    return 1 if len(asked) < 7 else 2


def typing_errors(first: str, second: str) -> int:
    """Letters added, left out or wrong, or neighbours swapped, between two words (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for at, letter in enumerate(first, 1):
        older, before, row = before, row, [at]
        for place, other in enumerate(second, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (letter != other))
            swapped = at > 1 and place > 1 and letter == second[place - 2] and first[at - 2] == other
            row.append(min(cost, older[place - 2] + 1) if swapped else cost)
    return row[-1]


def score_of(film: Findable, words: Sequence[str]) -> Score:
    """How many of the words a film has; those of its title weigh more than its people's."""
    title = [*fold(film.title).split(), *fold(film.original_title).split()]
    title_words = {*title, *(first + second for first, second in pairwise(title))}  # `starwars` finds “Star Wars”
    other_words = set(film.search_text.split()) - title_words
    found, plain = [], []
    for asked in words:
        in_title = max((likeness(asked, word) for word in title_words), default=0.0)
        elsewhere = 0.0 if in_title == 1.0 else max((likeness(asked, word) for word in other_words), default=0.0)
        found.append(max(in_title, 0.8 * elsewhere))
        plain.append(max(in_title, elsewhere))
    counting = [best for asked, best in zip(words, plain, strict=True) if len(asked) > SHORT] or plain
    fit = Fit.NEAR
    if min(counting) > 0:
        fit = Fit.EXACT if min(counting) >= BEGINNING else Fit.SIMILAR
    return Score(film, sum(found) / len(found), fit)


def closeness(film: Findable, words: Sequence[str]) -> float:
    """How much the whole query is like the whole title, 0 to 1: “alien” is Alien before it is Aliens."""
    query = " ".join(words)
    titles = (fold(title) for title in (film.title, film.original_title) if title)
    return max((SequenceMatcher(None, title, query).ratio() for title in titles), default=0.0)
