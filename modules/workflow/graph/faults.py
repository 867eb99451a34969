"""What is wrong in a document from outside, and the words for places and values in it."""

import json
import re
from dataclasses import dataclass
from typing import Any

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that nobody sees, halves of others, and those that databases refuse."""


@dataclass(frozen=True)
class DocumentFault:
    """What is wrong in a document: a stable code, and the place as `transitions[3].guards[0].expression`."""

    code: str
    path: str
    problem: str
    mend: str

    def as_data(self) -> dict[str, str]:
        return {"code": self.code, "path": self.path, "problem": self.problem, "mend": self.mend}

    def __str__(self) -> str:
        return f"{self.path}: {self.problem} {self.mend}".strip(": ")


class Faulty(Exception):
    """The document has faults; the first fifty of them."""

    def __init__(self, faults: list[DocumentFault]) -> None:
        super().__init__("; ".join(map(str, faults[:3])))
        self.faults = faults


def below(path: str, name: str) -> str:
    """The path of an entry of an object."""
    plain = name if name.isidentifier() and len(name) <= 60 else json.dumps(shown(name), ensure_ascii=True)
    return f"{path}.{plain}" if path else plain


def shown(value: Any) -> str:
    """A value in a few characters that every terminal writes."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    text = text[:200].encode("utf-8", "backslashreplace").decode()
    clean = FORBIDDEN.sub("?", text)
    return clean if len(clean) <= 40 else f"{clean[:39]}…"
