"""What may be chosen where workflows are built, as data: enough to draw a form without knowing the code."""

from modules.workflow.vocabulary.offering.catalogue import offering
from modules.workflow.vocabulary.offering.offered import Offered, offered_actions, offered_guards

__all__ = ["Offered", "offered_actions", "offered_guards", "offering"]
