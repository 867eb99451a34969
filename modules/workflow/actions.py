"""What the engine itself offers to workflows: found when the module is loaded."""

from modules.workflow.related import child_actions
from modules.workflow.vocabulary import standard, told

__all__ = ["child_actions", "standard", "told"]
