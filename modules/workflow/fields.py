"""The model field of a workflow's state."""

from typing import TYPE_CHECKING, Any

from django.db import models

from modules.workflow.flows import find_flow

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
else:
    _CharField = models.CharField


class StateField(_CharField):
    """The state's key. A row that is first saved without one gets the initial state of its model's flow."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 60, "blank": True, "editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if add and not value and (flow := find_flow(model_instance)) is not None:
            value = flow.graph.initial
            setattr(model_instance, self.attname, value)
        return value
