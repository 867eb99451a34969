"""Views of lists under a name: whose they are, who sees them, with which one a list opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from modules.console.list_query import Query, kept, written
from modules.console.models import ListSetting, SavedView
from modules.core.actors import Actor
from modules.core.audit import audit
from modules.core.errors import Refusal
from modules.core.http import SignedInRequest

SHARE = "console.share_savedview"
KEPT_REMOVED = timedelta(days=30)
LONGEST_NAME = SavedView._meta.get_field("name").max_length or 0


class NameTaken(Refusal):
    """Two views of one person would be called the same."""

    code = "view_name_taken"
    words = _("You already have a view of this name. Choose another.")


@dataclass(frozen=True)
class PersonsList:
    """What one person keeps of one list."""

    columns: list[str]
    default_view: SavedView | None


def lists_of(model: type[Model], request: HttpRequest) -> PersonsList:
    """The person's setting of a list, read once a request."""
    known: dict[str, PersonsList] = request.__dict__.setdefault("settings_of_lists", {})
    label = model._meta.label_lower
    if label not in known:
        user = cast(SignedInRequest, request).user
        row = ListSetting.objects.filter(user=user.pk, model=label).select_related("default_view").first()
        view = row.default_view if row else None
        is_there = view is not None and view.removed_at is None and (view.is_shared or view.owner_id == user.pk)
        known[label] = PersonsList(list(row.columns) if row else [], view if is_there else None)
    return known[label]


def views_for(user: Any, model: type[Model]) -> QuerySet[SavedView]:
    """The views of a list that a person sees: own ones, and those that others share."""
    mine_or_shared = Q(owner=user.pk) | Q(is_shared=True)
    rows = SavedView.objects.filter(mine_or_shared, model=model._meta.label_lower, removed_at=None)
    return rows.select_related("owner").order_by("name", "pk")


def save_view(*, model: type[Model], name: str, query: Query, is_shared: bool, actor: Actor, at: datetime) -> SavedView:
    """Keep a query of a list under a name."""
    view = SavedView(owner=actor.user, model=model._meta.label_lower, name=name, query=kept(query), is_shared=is_shared)
    with _name_once(), transaction.atomic():
        view.save()
        audit(view, "created", actor=actor, at=at, changes={"is_shared": [None, is_shared]})
    return view


def change_view(view: SavedView, *, actor: Actor, at: datetime, **changes: Any) -> SavedView:
    """Rename a view, share it or no longer, or have it keep another query."""
    told = {name: [getattr(view, name), value] for name, value in changes.items() if getattr(view, name) != value}
    for name, value in changes.items():
        setattr(view, name, value)
    if told:
        with _name_once(), transaction.atomic():
            view.save(update_fields=list(told))
            audit(view, "changed", actor=actor, at=at, changes=told)
    return view


def remove_view(view: SavedView, *, actor: Actor, at: datetime) -> None:
    """Take a view away; for a month it can be brought back."""
    with transaction.atomic():
        SavedView.objects.filter(owner=view.owner_id, removed_at__lt=at - KEPT_REMOVED).delete()
        if SavedView.objects.filter(pk=view.pk, removed_at=None).update(removed_at=at):
            audit(view, "deleted", actor=actor, at=at)


def restore_view(view: SavedView, *, actor: Actor, at: datetime) -> None:
    """Bring a removed view back, unless its name is in use by now."""
    with _name_once(), transaction.atomic():
        if SavedView.objects.filter(pk=view.pk).exclude(removed_at=None).update(removed_at=None):
            audit(view, "restored", actor=actor, at=at)


def open_with(view: SavedView | None, *, model: type[Model], user: Any) -> None:
    """The list opens with this view for this person from now on, or plainly."""
    ListSetting.objects.update_or_create(
        user_id=user.pk, model=model._meta.label_lower, defaults={"default_view": view}
    )


def keep_columns(columns: list[str], *, model: type[Model], user: Any) -> None:
    """The list shows these columns to this person from now on; none stands for the usual ones."""
    ListSetting.objects.update_or_create(user_id=user.pk, model=model._meta.label_lower, defaults={"columns": columns})


def address_of(view: SavedView, *, allowed: Any = None) -> str:
    """The query of a view as an address, without what this reader may not ask (`allowed(name, value)`)."""
    query = {
        name: [value for value in values if allowed is None or allowed(name, value)]
        for name, values in sorted(view.query.items())
    }
    return written({**query, "view": [str(view.pk)]})


@contextmanager
def _name_once() -> Iterator[None]:
    """The constraint on names, told as what it means."""
    try:
        yield
    except IntegrityError as error:
        if "console_savedview_name_once" in _constraint(error):
            raise NameTaken from error
        raise


def _constraint(error: IntegrityError) -> str:
    """The name of the broken constraint; SQLite names the columns instead."""
    text = str(error)
    is_sqlites = "console_savedview.owner_id, console_savedview.model" in text
    return "console_savedview_name_once" if is_sqlites else text
