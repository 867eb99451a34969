"""What a graph calls by name: guards, effects, forms and facts selectors, found in today's code.

A name is `<module>.<function>`, such as `films.release_stock`: it survives moving the function inside its module.
Using something in a flow files it; `register` files it by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms

from modules.core.registry import Registry

if TYPE_CHECKING:
    from modules.workflow.vocabulary.effects import Firing
    from modules.workflow.vocabulary.guards import Guard

Effect = Callable[[Any, "Firing"], None]
FactsSelector = Callable[[Sequence[Any], datetime], Mapping[int, Any]]
FormClass = type[forms.BaseForm]

guards: "Registry[Guard]" = Registry("guards")
effects: Registry[Effect] = Registry("workflow effects")
form_classes: Registry[FormClass] = Registry("workflow forms")
facts_selectors: Registry[FactsSelector] = Registry("facts selectors")


def stable_name(thing: Any) -> str:
    """`films.release_stock` for a function or class of `modules/films`; the package's path elsewhere."""
    given: str | None = getattr(thing, "effect_name", None)
    if given is not None:
        return given
    parts = thing.__module__.split(".")
    place = parts[1] if parts[0] == "modules" and len(parts) > 2 else ".".join(parts[:-1] or parts)
    return f"{place}.{thing.__name__}"
