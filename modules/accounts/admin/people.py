"""People in the console."""

from typing import Any, cast

from django import forms
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from modules.accounts import services
from modules.accounts.admin.fields import RolesField
from modules.accounts.admin.steps import person_steps
from modules.accounts.api import actor_of
from modules.accounts.forms import language_choices, zone_choices
from modules.accounts.models import Role, User
from modules.accounts.roles import OWNER_ROLE
from modules.accounts.services.people import FACTS
from modules.accounts.standing import reaches, require_rights, rights_of_roles
from modules.console.api import RecordAdmin, display, register
from modules.core.errors import Refusal
from modules.core.http import PortalRequest


class UserForm(forms.ModelForm):
    """A person as staff see them. Passwords are never set here: people choose their own, or come by code."""

    language = forms.ChoiceField(
        label=_("Language"), choices=language_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, required=False, widget=UnfoldAdminSelectWidget
    )
    roles = RolesField(label=_("Roles"), required=False)
    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            self.initial["roles"] = list(Role.objects.filter(group__user=self.instance).order_by("title", "pk"))

    def clean_roles(self) -> Any:
        """Nobody gives or takes more than they hold."""
        wanted = self.cleaned_data["roles"]
        moved = set(wanted) ^ set(self.initial.get("roles", []))
        try:
            require_rights(actor_of(self.request), rights_of_roles(moved))
        except Refusal as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return wanted

    def clean(self) -> dict[str, Any] | None:
        """The last owner stays."""
        cleaned = super().clean()
        if self.instance.pk and cleaned is not None:
            roles = cleaned.get("roles")
            keeps = roles is None or any(role.key == OWNER_ROLE for role in roles) or self.instance.is_superuser
            try:
                services.check_owner_stays(self.instance, stays=keeps and cleaned.get("is_staff", True))
            except Refusal as refusal:
                raise ValidationError(str(refusal), code=refusal.code) from refusal
        return cleaned


class RoleFilter(SimpleListFilter):
    """Who has a role."""

    title, parameter_name = _("role"), "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Role.objects.order_by("title", "pk").values_list("key", "title"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__role__key=self.value()) if self.value() else queryset


@register(User)
class UserAdmin(RecordAdmin):
    """People: who they are, which roles they have, whether they may come in."""

    form = UserForm
    list_display = ["email", "name", "role_titles", "is_staff", "is_active", "date_joined"]
    list_filter = [RoleFilter, "is_staff", "is_active"]
    search_fields = ["email", "name"]
    search_help_text = _("The beginning of an e-mail address or a name.")
    default_order = ["-date_joined"]
    autocomplete_fields = ["manager"]
    fieldsets = [
        (None, {"fields": [("email", "name"), ("language", "time_zone"), "manager"]}),
        (
            _("Access"),
            {"fields": [("is_staff", "is_active"), "roles"], "description": _("A change holds with the next click.")},
        ),
        (_("Seen"), {"fields": [("date_joined", "last_login")]}),
    ]
    readonly_fields = ["is_active", "date_joined", "last_login"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request).prefetch_related("groups__role")
        return found

    def get_urls(self) -> list[URLPattern]:
        return [*person_steps(self), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """People are invited: they confirm the address and choose their own password."""
        return redirect("admin:accounts_invitation_add")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """There is no next person to type in: people are invited."""
        shown = {"show_save_and_add_another": False, **(extra_context or {})}
        return cast(HttpResponse, super().change_view(request, object_id, form_url, shown))

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes an account that may do more than they may: a new address would be a way in."""
        if obj is not None and (obj.pseudonymised_at is not None or not reaches(actor_of(request), obj)):
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are deactivated; their orders and their trail stay."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        declared = list(super().get_readonly_fields(request, obj))
        return declared if request.user.has_perm("accounts.change_role") else [*declared, "roles", "is_staff"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request, "__module__": form.__module__})

    def save_record(self, request: HttpRequest, record: User, form: forms.ModelForm, change: bool) -> None:
        viewer = cast(PortalRequest, request)
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in FACTS}
        with transaction.atomic():
            if changes:
                services.edit_user(record, changes=changes, actor=viewer.actor, at=viewer.now)
            if "roles" in form.changed_data:
                services.set_roles(record, form.cleaned_data["roles"], actor=viewer.actor, at=viewer.now)

    keeps_trail = True

    @display(description=_("roles"))
    def role_titles(self, user: User) -> str:
        titles = sorted(group.role.words for group in user.groups.all() if hasattr(group, "role"))
        return ", ".join(titles)

    @display(description=_("roles"))
    def roles(self, user: User) -> str:
        return self.role_titles(user) if user.pk else ""
