"""Text as people type it: folding accents and case, trigrams, public numbers."""

import secrets
import unicodedata

_NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U


def fold(text: str) -> str:
    """Lower case without accents, punctuation as spaces, so that "Amélie!" is found by "amelie"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())


def trigrams(text: str) -> set[str]:
    """The trigrams of folded words, padded as pg_trgm does (two spaces before, one after)."""
    found: set[str] = set()
    for word in fold(text).split():
        padded = f"  {word} "
        found.update(padded[start : start + 3] for start in range(len(padded) - 2))
    return found


def similarity(first: str, second: str) -> float:
    """Shared trigrams over all trigrams, 0 to 1."""
    left, right = trigrams(first), trigrams(second)
    return len(left & right) / len(left | right) if left and right else 0.0


def public_number() -> str:
    """A number for people: short, without look-alikes, and not guessable from another (about 39 bits)."""
    letters = "".join(secrets.choice(_NUMBER_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
