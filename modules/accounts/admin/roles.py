"""Roles in the console."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from modules.accounts import services
from modules.accounts.admin.fields import RightsField
from modules.accounts.admin.matrix import cell, matrix
from modules.accounts.api import actor_of
from modules.accounts.models import Role
from modules.accounts.roles import LOCAL, OWNER_ROLE
from modules.accounts.standing import holds_all, require_rights
from modules.console.api import RecordAdmin, display, register
from modules.core.errors import Refusal
from modules.core.http import PortalRequest
from modules.core.manifest import module_configs


class RoleForm(forms.ModelForm):
    """A role: its title and its rights."""

    permissions = RightsField(label=_("Rights"), required=False)
    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "permissions" in self.fields:
            self.initial["permissions"] = list(self.instance.group.permissions.select_related("content_type"))

    def clean_permissions(self) -> Any:
        """Nobody gives or takes a right that they lack."""
        wanted = self.cleaned_data["permissions"]
        moved = {right.pk for right in wanted} ^ {right.pk for right in self.initial.get("permissions", [])}
        try:
            require_rights(actor_of(self.request), moved)
        except Refusal as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return wanted


class OriginFilter(SimpleListFilter):
    """Whose roles: a module's, or the firm's own."""

    title, parameter_name = _("comes from"), "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        with_roles = [config.manifest for config in module_configs() if config.manifest.roles]
        return [*((manifest.key, manifest.title) for manifest in with_roles), ("local", _("this firm"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Role]) -> QuerySet[Role]:
        start = f"{self.value()}."
        return queryset.filter(key__gte=start, key__lt=f"{self.value()}/") if self.value() else queryset


@register(Role)
class RoleAdmin(RecordAdmin):
    """Roles: those of the modules, with what was changed here, and the firm's own."""

    form = RoleForm
    list_display = ["title", "key", "people", "origin"]
    list_filter = [OriginFilter]
    search_fields = ["key", "title"]
    default_order = ["key"]
    keeps_trail = True
    fieldsets = [
        (None, {"fields": ["title"]}),
        (
            _("Rights"),
            {"fields": ["permissions"], "description": _("A change holds at once, for everybody with the role.")},
        ),
    ]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("matrix/", wrap(matrix), name="accounts_role_matrix"),
            path("matrix/cell/", wrap(cell), name="accounts_role_cell"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        found: QuerySet[Role] = super().get_queryset(request).select_related("group")
        return found.annotate(people_count=Count("group__user"))

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """The owner's role has every right, always."""
        return bool(super().has_change_permission(request, obj)) and (obj is None or obj.key != OWNER_ROLE)

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Only the firm's own roles may go, and only by those who hold what they give."""
        if not super().has_delete_permission(request, obj) or obj is None or not obj.key.startswith(LOCAL):
            return False
        return holds_all(actor_of(request), obj.group.permissions.values_list("pk", flat=True))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = list(super().get_readonly_fields(request, obj))
        return [*declared, "permissions"] if obj is not None and obj.key == OWNER_ROLE else declared

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request, "__module__": form.__module__})

    def save_record(self, request: HttpRequest, record: Role, form: forms.ModelForm, change: bool) -> None:
        viewer = cast(PortalRequest, request)
        with transaction.atomic():
            if not change:
                made = services.create_role(title=form.cleaned_data["title"], actor=viewer.actor, at=viewer.now)
                record.pk, record.group, record.key, record._state.adding = made.pk, made.group, made.key, False
            elif "title" in form.changed_data:
                services.rename_role(record, title=form.cleaned_data["title"], actor=viewer.actor, at=viewer.now)
            if "permissions" in form.changed_data:
                wanted = form.cleaned_data["permissions"]
                services.set_role_permissions(record, wanted, actor=viewer.actor, at=viewer.now)

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        viewer = cast(PortalRequest, request)
        services.remove_role(obj, actor=viewer.actor, at=viewer.now)

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Role]) -> None:
        for role in queryset:
            if self.has_delete_permission(request, role):
                self.delete_model(request, role)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        """The service keeps the trail."""

    @display(description=_("people"))
    def people(self, role: Role) -> int:
        return int(getattr(role, "people_count", 0))

    @display(description=_("comes from"))
    def origin(self, role: Role) -> str:
        module = role.key.split(".")[0]
        return str(_("this firm")) if module == "local" else module

    @display(description=_("rights"))
    def permissions(self, role: Role) -> str:
        return str(_("Everything, and whatever is added later."))
