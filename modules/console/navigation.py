"""The sidebar, from the manifests of the modules."""

from collections.abc import Callable, Mapping
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from modules.console.shortcuts import START, go_keys
from modules.core.manifest import Manifest, Nav, module_configs

Allowed = Callable[[HttpRequest], bool]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's groups: the start page, then each module with the entries that this person may open."""
    keys = go_keys(navigation_entries())
    start = {"title": _("Start"), "icon": "home", "link": reverse("admin:index"), "shortcut": f"g {START}"}
    groups: list[dict[str, Any]] = [{"items": [start]}]
    for manifest in _in_order():
        items = [entry for nav in manifest.navigation if (entry := _entry(nav, request, keys))]
        if items:
            groups.append({"title": str(manifest.title), "separator": True, "items": items})
    return groups


def _in_order() -> list[Manifest]:
    """High tiers first: what the shop does comes before what the system needs."""
    return [config.manifest for config in reversed(module_configs())]


def navigation_entries() -> list[Nav]:
    """Every entry of every module, in the sidebar's order."""
    return [nav for manifest in _in_order() for nav in manifest.navigation]


def _entry(nav: Nav, request: HttpRequest, keys: Mapping[str, str]) -> dict[str, Any] | None:
    link = address(nav)
    if link is None or not is_allowed(nav, request):
        return None
    entry = {"title": str(nav.title), "icon": nav.icon, "link": link}
    return entry | {"shortcut": f"g {keys[nav.target]}"} if nav.target in keys else entry


def is_model(nav: Nav) -> bool:
    """Whether the entry names a model (`films.film`) and not a page (`films:stock` or a plain URL name)."""
    return nav.target.count(".") == 1 and ":" not in nav.target


def is_allowed(nav: Nav, request: HttpRequest) -> bool:
    """Whether this person sees the entry: by its permission, else by the right to view its model."""
    user = request.user
    if nav.permission:
        return user.has_perm(nav.permission)
    if not is_model(nav):
        return bool(user.is_staff)
    app_label, model_name = nav.target.split(".")
    return any(user.has_perm(f"{app_label}.{action}_{model_name}") for action in ("view", "change"))


def address(nav: Nav) -> str | None:
    """Where the entry leads; None while the model has no pages."""
    try:
        if is_model(nav):
            apps.get_model(nav.target)
            app_label, model_name = nav.target.split(".")
            return reverse(f"admin:{app_label}_{model_name}_changelist")
        return reverse(nav.target)
    except (LookupError, NoReverseMatch):
        return None
