"""Why a source or one of its rows cannot be read."""


class Unreadable(Exception):
    """The source as a whole cannot be read; `words` say why and what would help."""

    def __init__(self, words: str, line: int | None = None) -> None:
        self.words, self.line = words, line
        super().__init__(f"line {line}: {words}" if line else words)


class BadValue(ValueError):
    """A value of a row cannot be used."""

    def __init__(self, column: str, words: str) -> None:
        self.column, self.words = column, words
        super().__init__(words)
