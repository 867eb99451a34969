"""What the engine itself offers to workflows: found when the module is loaded."""

from modules.workflow import child_actions, standard, told

__all__ = ["child_actions", "standard", "told"]
