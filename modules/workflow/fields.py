"""The model fields of a workflow's state and version."""

from typing import TYPE_CHECKING, Any

from django.db import models

from modules.workflow.flows import find_flow

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _PositiveIntegerField = models.PositiveIntegerField[int, int]
else:
    _CharField, _PositiveIntegerField = models.CharField, models.PositiveIntegerField


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


class VersionField(_PositiveIntegerField):
    """The version of its workflow that a record runs on. A row that is first saved gets the present one."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and getattr(model_instance, "state_since", None) is None:
            from modules.workflow.publishing.current import refresh  # which needs the models

            refresh()
            flow = find_flow(model_instance)
            if flow is not None:
                setattr(model_instance, self.attname, flow.graph.version)
        return super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        """In migrations it is the number that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.PositiveIntegerField", args, kwargs
