"""A named store that modules fill at start-up and that refuses two entries under one key."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class AlreadyRegistered(ValueError):
    """Two declarations claim the same key."""


class Registry(Generic[Entry]):
    """Entries by key, in order of registration."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, Entry] = {}

    def register(self, key: str, entry: Entry) -> Entry:
        """File the entry; the very same entry twice is harmless, another one under the key is a mistake."""
        known = self._entries.get(key)
        if known is not None and known is not entry:
            raise AlreadyRegistered(f"{self.name}: “{key}” is registered twice")
        self._entries[key] = entry
        return entry

    def unregister(self, key: str) -> None:
        self._entries.pop(key, None)

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def __getitem__(self, key: str) -> Entry:
        try:
            return self._entries[key]
        except KeyError:
            raise LookupError(f"{self.name}: nothing is registered as “{key}”") from None

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))

    def items(self) -> list[tuple[str, Entry]]:
        return list(self._entries.items())

    def __len__(self) -> int:
        return len(self._entries)
