"""A state in a sentence."""

from django.utils.translation import gettext as _

from modules.workflow.graph import StateNode
from modules.workflow.words.lists import quoted


def state_sentence(state: StateNode) -> str:
    """`It begins as “Ordered”.`"""
    told = {
        "initial": _("It begins as {state}."),
        "final": _("{state} is an end: nothing happens after it."),
    }
    return told.get(state.kind, _("It may be {state}.")).format(state=quoted(state.title))
