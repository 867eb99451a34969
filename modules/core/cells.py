"""Text in the cells of spreadsheets: what a program would run as a formula is told to be text (F33)."""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def safe_cell(text: str) -> str:
    """The text for a CSV cell. One that begins like a formula gets an apostrophe: to spreadsheets it means “text”."""
    return f"'{text}" if _RISKY.match(text) else text


def plain_cell(text: str) -> str:
    """What `safe_cell` was given: an import reads every cell through this."""
    return text[1:] if text.startswith("'") and _RISKY.match(text[1:]) else text
