"""Why a row of a source cannot be read."""

from modules.core.tables import BadCell


class BadValue(BadCell):
    """A value of a row cannot be used."""

    def __init__(self, column: str, words: str) -> None:
        self.column, self.words = column, words
        super().__init__(words)
