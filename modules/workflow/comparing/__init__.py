"""Two versions of a workflow side by side: what differs, in words, and where the records of the old one would go."""

from modules.workflow.comparing.changes import Change
from modules.workflow.comparing.difference import compare
from modules.workflow.comparing.mapping import propose_mapping

__all__ = ["Change", "compare", "propose_mapping"]
