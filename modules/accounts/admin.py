"""People and roles in the console."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from modules.accounts import services
from modules.accounts.api import actor_of
from modules.accounts.forms import language_choices, zone_choices
from modules.accounts.models import Role, User
from modules.accounts.rights import RightsField, RightsWidget
from modules.accounts.roles import OWNER_ROLE
from modules.console.api import RecordAdmin, display, register
from modules.core.errors import Refusal


class UserForm(forms.ModelForm):
    """A person as the owner sees them. Passwords are never set here: people choose their own, or come by code."""

    language = forms.ChoiceField(
        label=_("Language"), choices=language_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    roles = forms.ModelMultipleChoiceField(
        Role.objects.order_by("title", "pk"), label=_("Roles"), required=False, widget=RightsWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            self.initial["roles"] = list(Role.objects.filter(group__user=self.instance).order_by("title", "pk"))

    def clean(self) -> dict[str, Any] | None:
        """The last owner stays."""
        cleaned = super().clean()
        if self.instance.pk and cleaned is not None:
            roles = cleaned.get("roles")
            keeps = roles is None or any(role.key == OWNER_ROLE for role in roles) or self.instance.is_superuser
            comes_in = cleaned.get("is_active", True) and cleaned.get("is_staff", True)
            try:
                services.check_owner_stays(self.instance, stays=keeps and comes_in)
            except Refusal as refusal:
                raise ValidationError(str(refusal), code=refusal.code) from refusal
        return cleaned


@register(User)
class UserAdmin(RecordAdmin):
    """People: who they are, which roles they have, whether they may come in."""

    form = UserForm
    list_display = ["email", "name", "role_titles", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "name"]
    default_order = ["-date_joined"]
    fieldsets = [
        (None, {"fields": [("email", "name"), ("language", "time_zone")]}),
        (_("Access"), {"fields": [("is_staff", "is_active"), "roles"]}),
        (_("Seen"), {"fields": [("date_joined", "last_login")]}),
    ]
    add_fieldsets = [
        (None, {"fields": [("email", "name"), ("language", "time_zone")]}),
        (_("Access"), {"fields": ["is_staff", "roles"]}),
    ]
    readonly_fields = ["date_joined", "last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request).prefetch_related("groups__role")
        return found

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever may not change roles may not change an owner either: a new address would be a way in."""
        if obj is not None and not request.user.has_perm("accounts.change_role") and _is_owner(obj):
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated; their orders and their trail stay."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = list(super().get_readonly_fields(request, obj))
        return declared if request.user.has_perm("accounts.change_role") else [*declared, "roles"]

    def save_record(self, request: HttpRequest, record: User, form: forms.ModelForm, change: bool) -> None:
        if not change:
            record.set_unusable_password()
        super().save_record(request, record, form, change)
        if "email" in form.changed_data or not change:
            services.move_address(record)
        if "roles" in form.changed_data:
            services.set_roles(record, form.cleaned_data["roles"], actor=actor_of(request))

    @display(description=_("roles"))
    def role_titles(self, user: User) -> str:
        titles = sorted(group.role.title for group in user.groups.all() if hasattr(group, "role"))
        return ", ".join(titles)

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        return self.role_titles(user) if user.pk else ""


def _is_owner(user: User) -> bool:
    return any(getattr(group, "role", None) and group.role.key == OWNER_ROLE for group in user.groups.all())


class RoleForm(forms.ModelForm):
    """A role: its title and its rights."""

    permissions = RightsField(label=_("Rights"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "permissions" in self.fields:
            self.initial["permissions"] = list(self.instance.group.permissions.all())


@register(Role)
class RoleAdmin(RecordAdmin):
    """Roles: those of the modules, with what was changed here, and the firm's own."""

    form = RoleForm
    list_display = ["title", "key", "people", "origin"]
    search_fields = ["key"]
    default_order = ["key"]
    fieldsets = [
        (None, {"fields": ["title"]}),
        (
            _("Rights"),
            {"fields": ["permissions"], "description": _("A change holds at once, for everybody with the role.")},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        found: QuerySet[Role] = super().get_queryset(request).select_related("group")
        return found.annotate(people_count=Count("group__user"))

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """The owner's role has every right, always."""
        return bool(super().has_change_permission(request, obj)) and (obj is None or obj.key != OWNER_ROLE)

    def has_delete_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Only the firm's own roles may go."""
        return bool(super().has_delete_permission(request, obj)) and obj is not None and obj.key.startswith("local.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = list(super().get_readonly_fields(request, obj))
        return [*declared, "permissions"] if obj is not None and obj.key == OWNER_ROLE else declared

    def save_record(self, request: HttpRequest, record: Role, form: forms.ModelForm, change: bool) -> None:
        if not change:
            made = services.create_role(title=form.cleaned_data["title"])
            record.pk, record.group, record.key, record._state.adding = made.pk, made.group, made.key, False
        else:
            super().save_record(request, record, form, change)
        if "permissions" in form.changed_data:
            services.set_role_permissions(record, form.cleaned_data["permissions"])

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        """With its group, or people would keep rights that nobody sees any more."""
        obj.group.delete()

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Role]) -> None:
        for role in queryset:
            if self.has_delete_permission(request, role):
                role.group.delete()

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
