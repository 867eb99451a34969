"""How titles and names are filed, addressed and searched."""

from collections.abc import Callable, Iterable

from django.utils.text import slugify

from modules.core.text import fold

# Articles as they begin a title; a foreign one counts only in a film of that language.
ARTICLES: dict[str, tuple[str, ...]] = {
    "en": ("the", "a", "an"),
    "es": ("el", "la", "los", "las", "un", "una"),
    "fr": ("le", "la", "les", "un", "une"),
    "de": ("der", "die", "das", "ein", "eine"),
    "it": ("il", "lo", "la", "i", "gli", "le", "un", "una"),
    "pt": ("o", "a", "os", "as", "um", "uma"),
}
GENERATION = {"jr", "sr", "ii", "iii", "iv"}


def sort_title(title: str, language: str = "") -> str:
    """`matrix the` for “The Matrix”: folded, the article last, so that it is filed under M."""
    words = fold(title).split()
    articles = {*ARTICLES["en"], *ARTICLES.get(language, ())}
    if len(words) > 1 and words[0] in articles and title.split(maxsplit=1)[0].casefold() == words[0]:
        words = [*words[1:], words[0]]
    return " ".join(words)[:200] or title.casefold()[:200]


def sort_name(name: str) -> str:
    """`downey robert jr` for “Robert Downey Jr.”: the last name first."""
    words = fold(name).split()
    tail = words.pop() if len(words) > 2 and words[-1] in GENERATION else ""
    return " ".join([*words[-1:], *words[:-1], tail]).strip()[:120] or name.casefold()[:120]


def search_text(title: str, original_title: str, year: int, people: Iterable[str]) -> str:
    """What a film is found by, folded, with a space at both ends so that the first letters make trigrams too."""
    return f" {fold(' '.join([title, original_title, str(year), *people]))} "


def free_slug(title: str, year: int | None, is_taken: Callable[[str], bool]) -> str:
    """The title as an address; with the year if another film has it, with a number if that is taken too."""
    base = slugify(fold(title))[:120].strip("-") or "film"
    candidates = [base, *([f"{base}-{year}"] if year is not None else [])]
    for slug in candidates:
        if not is_taken(slug):
            return slug
    number = 2
    while is_taken(f"{candidates[-1]}-{number}"):
        number += 1
    return f"{candidates[-1]}-{number}"
