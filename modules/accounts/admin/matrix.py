"""The page of all roles and rights: a box is saved as it is ticked, or all of them by a button without JavaScript."""

from typing import Any, cast

from django.contrib import admin as django_admin
from django.contrib import messages
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from modules.accounts import services
from modules.accounts.matrix import Cell, cell_of, grants_of, sections_of
from modules.accounts.models import Role
from modules.accounts.rights import own_permissions, whole_words
from modules.accounts.roles import OWNER_ROLE
from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.manifest import module_configs

Moves = dict[int, dict[int, bool]]
"""By role, by right: given or taken."""


@require_http_methods(["GET", "POST"])
def matrix(request: HttpRequest) -> HttpResponse:
    """The page; a POST is the form of a browser without JavaScript, with all boxes of the page."""
    if not request.user.has_perm("accounts.view_role"):
        raise PermissionDenied
    if request.method == "POST":
        return _save_all(request)
    response = render(request, "accounts/role_matrix.html", _page(cast(PortalRequest, request)))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(viewer: PortalRequest) -> dict[str, Any]:
    """What the filters leave, for all roles or one, and what is ticked now."""
    asked = viewer.GET
    roles = list(Role.objects.order_by("key").select_related("group"))
    chosen = next((role for role in roles if role.key == asked.get("role")), None)
    shown = [chosen] if chosen else roles
    grants = grants_of(shown, viewer.actor)
    module, term = asked.get("module", ""), " ".join(asked.get("q", "").split())[:80]
    only_deviations = asked.get("changed") == "1"
    sections = sections_of(shown, grants, module=module, term=term, only_deviations=only_deviations)
    cells = (cell for section in sections for row in section.rows for cell in row.cells)
    return {
        **django_admin.site.each_context(viewer),
        "module": module,
        "term": term,
        "title": _("Roles and rights"),
        "roles": roles,
        "shown": shown,
        "chosen": chosen,
        "first": chosen or next((role for role in roles if role.key != OWNER_ROLE), roles[0]),
        "sections": sections,
        "modules": [(config.label, config.verbose_name) for config in module_configs()],
        "only_deviations": only_deviations,
        "may_change": grants.may_change,
        "was": ",".join(cell.name for cell in cells if cell.is_granted and cell.is_open),
    }


def _save_all(request: HttpRequest) -> HttpResponse:
    """Apply what was ticked and unticked since the page was shown, and nothing else: others may have been busy."""
    viewer = cast(PortalRequest, request)
    was, now = set(request.POST.get("was", "").split(",")) - {""}, set(request.POST.getlist("cell"))
    moves: Moves = {}
    for name in was ^ now:
        role, permission = _numbers(name)
        moves.setdefault(role, {})[permission] = name in now
    count = 0
    with transaction.atomic():
        for role_id in sorted(moves):
            allowed = set(own_permissions().filter(pk__in=moves[role_id]).values_list("pk", flat=True))
            changes = {pk: is_granted for pk, is_granted in moves[role_id].items() if pk in allowed}
            count += services.change_rights(_role(role_id), changes, actor=viewer.actor, at=viewer.now)
    told = ngettext("{count} right is changed.", "{count} rights are changed.", count)
    messages.success(request, told.format(count=count))
    return go_to(request, request.get_full_path())


@require_POST
def cell(request: HttpRequest) -> HttpResponse:
    """One box: `role:right:1`, `:0` or `:default`. Answers the cell as it is now, and a toast with the way back."""
    if not request.user.has_perm("accounts.change_role"):
        raise PermissionDenied
    viewer = cast(PortalRequest, request)
    name, _colon, wish = request.POST.get("toggle", "").rpartition(":")
    role_id, permission_id = _numbers(name)
    role = _role(role_id)
    permission = own_permissions().filter(pk=permission_id).first()
    if permission is None or wish not in ("0", "1", "default"):
        raise Http404
    refusal = ""
    count = 0
    try:
        if wish == "default":
            count = services.reset_right(role, permission_id, actor=viewer.actor, at=viewer.now)
        else:
            count = services.change_rights(role, {permission_id: wish == "1"}, actor=viewer.actor, at=viewer.now)
    except Refusal as error:
        refusal = str(error)
    shown = cell_of(role, permission, grants_of([role], viewer.actor))
    if not viewer.htmx:
        if refusal:
            messages.error(request, refusal)
        return go_to(request, reverse("admin:accounts_role_matrix"))
    context = {"cell": shown, "told": refusal or _told(shown, permission), "is_refused": bool(refusal)}
    context["undo"] = f"{shown.name}:{int(not shown.is_granted)}" if count else ""
    return render(request, "accounts/partials/_matrix_cell_saved.html", context, status=409 if refusal else 200)


def _told(shown: Cell, permission: Permission) -> str:
    words = _("{role} may now: {right}") if shown.is_granted else _("{role} may no longer: {right}")
    return words.format(role=shown.role.words, right=whole_words(permission))


def _numbers(name: str) -> tuple[int, int]:
    role, _colon, permission = name.partition(":")
    if not (role.isdecimal() and permission.isdecimal()) or len(name) > 40:
        raise Http404
    return int(role), int(permission)


def _role(pk: Any) -> Role:
    role = Role.objects.select_related("group").filter(pk=pk).first()
    if role is None:
        raise Http404
    return role
