"""What modules above add to the actions over selected rows of every list, such as the transitions of a workflow."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from modules.core.registry import Registry

RowsAction = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponseBase | None]
"""Django's `action(model_admin, request, queryset)`."""
Contributor = Callable[[Any, HttpRequest], Mapping[str, tuple[RowsAction, str, str]]]
"""`function(model_admin, request)`: actions by name as Django keeps them: function, name, words of the menu."""

_contributors: Registry[Contributor] = Registry("list actions")


def list_actions(key: str) -> Callable[[Contributor], Contributor]:
    """Register a function that says which actions a person gets over the rows of a list."""

    def add(function: Contributor) -> Contributor:
        return _contributors.register(key, function)

    return add


def contributed_actions(model_admin: Any, request: HttpRequest) -> dict[str, tuple[RowsAction, str, str]]:
    """What all modules add to a list."""
    return {name: found for function in _contributors for name, found in function(model_admin, request).items()}
