"""Rows that point at any record by its kind and number: the record behind them, and who of the staff may view it."""

from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_backends, get_user_model
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from modules.core.actors import Actor
from modules.core.audit import record_type


@cache
def _declared() -> dict[str, type[models.Model]]:
    """The models that call themselves something else than Django does."""
    return {kind: model for model in apps.get_models() if (kind := record_type(model)) != model._meta.label_lower}


def model_of(kind: str) -> type[models.Model] | None:
    """The model of a kind of record such as `films.order`; nothing where none is installed."""
    try:
        return _declared().get(kind) or apps.get_model(kind)
    except (LookupError, ValueError):
        return None


def record_of(kind: str, pk: int) -> Any | None:
    """The record, or nothing where it is gone."""
    model = model_of(kind)
    return None if model is None else model._default_manager.filter(pk=pk).first()


def permissions_to_view(model: type[models.Model]) -> list[str]:
    """Any of these opens the records of a model in the console."""
    options = model._meta
    return [f"{options.app_label}.{deed}_{options.model_name}" for deed in ("view", "change")]


def staff_may_view(actor: Actor, model: type[models.Model]) -> bool:
    """Whether this is one of the staff who may view records of the model."""
    if actor.is_system:
        return True
    user = actor.user
    return user is not None and user.is_active and user.is_staff and any(map(actor.may, permissions_to_view(model)))


def staff_who_may_view(model: type[models.Model]) -> QuerySet[Any]:
    """Active staff who may view records of the model."""
    backend: Any = get_backends()[0]
    view, change = [backend.with_perm(permission).values("pk") for permission in permissions_to_view(model)]
    people: Any = get_user_model()._default_manager
    found: QuerySet[Any] = people.filter(Q(pk__in=view) | Q(pk__in=change), is_staff=True, is_active=True)
    return found


def console_address(kind: str, pk: int) -> str:
    """The page of a record in the console; the console's start where its kind has none."""
    model = model_of(kind)
    try:
        if model is not None:
            return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        pass
    return reverse("admin:index")
