"""Whether a graph is sound: every finding names its place and the mend. See docs/workflow-soundness.md."""

from modules.workflow.soundness.proof import findings

__all__ = ["findings"]
