"""Keys that lead to pages: `g` and a letter of the page's name, the same for everybody."""

from collections.abc import Iterable
from string import ascii_lowercase

from modules.core.manifest import Nav

START = "i"
"""`g i`: the inbox, which is the start page."""


def go_keys(entries: Iterable[Nav]) -> dict[str, str]:
    """A letter for each entry's target: the first of its name that is free, in the order of the sidebar."""
    free = [letter for letter in ascii_lowercase if letter != START]
    keys: dict[str, str] = {}
    for nav in entries:
        name = nav.target.replace(":", ".").split(".")[-1]
        letter = next((letter for letter in name if letter in free), None)
        if letter is not None and nav.target not in keys:
            free.remove(letter)
            keys[nav.target] = letter
    return keys
