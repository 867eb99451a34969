"""Every pattern has workflows of its own."""

from tests.workflow.flows_for import only_here

__all__ = ["only_here"]
