"""One difference between two versions of a workflow: as data, and as a sentence that somebody can sign."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

ChangeKind = Literal["added", "removed", "renamed", "changed"]
Part = Literal["workflow", "states", "transitions", "tasks", "repeats", "slas"]


@dataclass(frozen=True)
class Change:
    """What differs at one place. `old` and `new` are plain JSON, as the graph's own form has them."""

    kind: ChangeKind
    part: Part
    key: str
    """The part's key in the new version; in the old one for what was removed; empty for the workflow itself."""
    sentence: str
    """In the language that was active when the versions were compared."""
    aspect: str = ""
    """The field that changed, named as in the JSON form; `order` where only the order did."""
    old: Any = None
    new: Any = None
    was: str = ""
    """The old key of what was renamed."""

    @property
    def place(self) -> str:
        """`transitions.approve.guards`: the same in every language."""
        return ".".join(filter(None, (self.part, self.key, self.aspect)))

    def as_data(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"place": self.place}
