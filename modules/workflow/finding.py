"""What a check finds wrong with a workflow."""

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """Something wrong with a workflow. `place` is `state:paid`, `transition:ship`, `task:pick` or empty."""

    code: str
    workflow: str
    place: str
    problem: str
    mend: str
    severity: Severity = "error"

    def as_data(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        where = f" {self.place}" if self.place else ""
        return f"{self.workflow}{where}: {self.problem} {self.mend}"
