"""Versions of workflows: kept as they ran, drafted, published, and taken over by every process."""

from modules.workflow.publishing.code import store, store_definitions
from modules.workflow.publishing.current import refresh, take_over
from modules.workflow.publishing.drafts import BadDefinition, graph_from, problems_of, save_draft
from modules.workflow.publishing.permissions import publish_permissions
from modules.workflow.publishing.publish import Unsound, may_publish, publish, published_graph, withdraw
from modules.workflow.publishing.standing import version_findings, version_rows

__all__ = [
    "BadDefinition",
    "Unsound",
    "graph_from",
    "may_publish",
    "problems_of",
    "publish",
    "publish_permissions",
    "published_graph",
    "refresh",
    "save_draft",
    "store",
    "store_definitions",
    "take_over",
    "version_findings",
    "version_rows",
    "withdraw",
]
