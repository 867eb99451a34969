"""Effects in words: a message by its title, an action by its own, anything else by the first line of its docstring."""

from collections.abc import Iterable, Mapping
from inspect import getdoc

from django.conf import settings
from django.utils.translation import gettext as _

from modules.core.messages import messages
from modules.workflow.graph import EffectUse
from modules.workflow.graph.translated import text_for
from modules.workflow.vocabulary import names
from modules.workflow.words.lists import all_of

TELL = "tell:"


def deed(use: EffectUse) -> str:
    """One effect: `tell “Order paid”`, `give the copies back to the shelves`."""
    return _said(use.name) + parameters(use.params)


def deeds(uses: Iterable[EffectUse]) -> str:
    """Several in one phrase; nothing for none."""
    return all_of(deed(use) for use in uses)


def parameters(params: Iterable[tuple[str, object]]) -> str:
    """` (limit: 500)`; nothing for none."""
    shown = ", ".join(f"{name}: {_in_words(value)}" for name, value in params)
    return f" ({shown})" if shown else ""


def _in_words(value: object) -> object:
    """A parameter's value; of a text in several languages the reader's."""
    languages = {code for code, _title in settings.LANGUAGES}
    return text_for(value) if isinstance(value, Mapping) and languages & value.keys() else value


def _said(name: str) -> str:
    if name.startswith(TELL):
        message = messages.get(name.removeprefix(TELL))
        title = str(message.title) if message is not None and message.title else name.removeprefix(TELL)
        return _("send the message “{message}”").format(message=title)
    effect = names.effects.get(name)
    title = str(getattr(effect, "title", "") or "")
    first = (getdoc(effect) or "").partition("\n")[0].rstrip(".") if effect is not None and not title else title
    return first[:1].lower() + first[1:] if first else name.rpartition(".")[2].replace("_", " ")
