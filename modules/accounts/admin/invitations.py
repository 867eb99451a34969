"""Invitations in the console: who was asked, what became of it, send it again, withdraw it."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.decorators import display as label
from unfold.widgets import UnfoldAdminSelectWidget

from modules.accounts import services
from modules.accounts.admin.fields import RolesField
from modules.accounts.api import actor_of
from modules.accounts.choices import InvitationState
from modules.accounts.errors import AddressTaken, AlreadyInvited
from modules.accounts.managers import fold_email
from modules.accounts.models import Invitation, User
from modules.accounts.selectors import invitations_in
from modules.accounts.standing import require_rights, rights_of_roles
from modules.console.api import RecordAdmin, action, display, record_address, register
from modules.core import clock
from modules.core.errors import Refusal
from modules.core.http import PortalRequest
from modules.core.slots import fill

TONES = {
    InvitationState.OPEN.value: "info",
    InvitationState.ACCEPTED.value: "success",
    InvitationState.EXPIRED.value: "warning",
    InvitationState.REVOKED.value: "",
}


class InvitationForm(forms.ModelForm):
    """Whom to ask, in which language, with which roles."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=lambda: settings.LANGUAGES,
        widget=UnfoldAdminSelectWidget,
        help_text=_("The mail is written in it."),
    )
    roles = RolesField(label=_("Roles"), required=False)
    request: HttpRequest

    def clean_email(self) -> str:
        """An address that is known, or asked already, is said so at the field."""
        address = fold_email(self.cleaned_data["email"])
        if User.objects.filter(email=address).exists():
            raise ValidationError(str(AddressTaken()), code="address_taken")
        if invitations_in(InvitationState.OPEN, InvitationState.EXPIRED).filter(email=address).exists():
            raise ValidationError(str(AlreadyInvited()), code="already_invited")
        return address

    def clean_roles(self) -> Any:
        """Nobody gives more than they hold."""
        roles = self.cleaned_data["roles"]
        try:
            require_rights(actor_of(self.request), rights_of_roles(roles))
        except Refusal as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return roles


class StateFilter(SimpleListFilter):
    """What became of them."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(InvitationState.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        wanted = self.value()
        if wanted not in InvitationState.values:
            return queryset
        return queryset.filter(pk__in=invitations_in(InvitationState(wanted or "")).values("pk"))


@register(Invitation)
class InvitationAdmin(RecordAdmin):
    """Who was asked to join the staff."""

    form = InvitationForm
    list_display = ["email", "name", "standing", "role_titles", "invited_by", "sent_at", "expires_at"]
    list_select_related = ["invited_by"]
    list_filter = [StateFilter]
    search_fields = ["email"]
    search_help_text = _("The beginning of an e-mail address.")
    default_order = ["-created_at"]
    keeps_trail = True
    actions = ["resend_selected", "revoke_selected"]
    add_fieldsets = [
        (None, {"fields": [("email", "name"), "language"]}),
        (
            _("Access"),
            {
                "fields": ["is_staff", "roles"],
                "description": _("They hold from the moment the invitation is accepted."),
            },
        ),
    ]
    fieldsets = [
        (None, {"fields": [("email", "name"), ("language_title", "state_title")]}),
        (_("Access"), {"fields": ["is_staff", "role_titles"]}),
        (
            _("When"),
            {"fields": [("created_at", "sent_at"), ("expires_at", "invited_by"), ("accepted_at", "accepted_by")]},
        ),
    ]
    readonly_fields = ["language_title", "state_title", "role_titles"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        may_give = request.user.has_perm("accounts.change_role")
        return self.add_fieldsets if may_give else self.add_fieldsets[:1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        found: QuerySet[Invitation] = super().get_queryset(request).prefetch_related("roles")
        return found

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent is not rewritten; it is sent again or withdrawn by the buttons."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_move_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_invitation"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request, "__module__": form.__module__})

    def save_record(self, request: HttpRequest, record: Invitation, form: forms.ModelForm, change: bool) -> None:
        viewer, told = cast(PortalRequest, request), form.cleaned_data
        made = services.invite(
            email=told["email"],
            name=told["name"],
            language=told["language"],
            roles=told.get("roles", ()),
            is_staff=told.get("is_staff", False),
            actor=viewer.actor,
            at=viewer.now,
        )
        record.pk, record._state.adding = made.pk, False

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool) -> None:
        """The service gave the roles."""

    def response_add(self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, _t("{email} is invited. The mail leaves now.").format(email=obj.email))
        return redirect("admin:accounts_invitation_changelist")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/resend/", wrap(require_POST(self.resend_view)), name="accounts_invitation_resend"),
            path("<int:pk>/revoke/", wrap(require_POST(self.revoke_view)), name="accounts_invitation_revoke"),
            *super().get_urls(),
        ]

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        invitation = self._movable(request, pk)
        viewer = cast(PortalRequest, request)
        services.resend_invitation(invitation, actor=viewer.actor, at=viewer.now)
        messages.success(request, _t("Sent again. The link in the mail before no longer holds."))
        return redirect(record_address(invitation))

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        invitation = self._movable(request, pk)
        viewer = cast(PortalRequest, request)
        services.revoke_invitation(invitation, actor=viewer.actor, at=viewer.now)
        messages.success(request, _t("Withdrawn. The link in the mail opens nothing any more."))
        return redirect(record_address(invitation))

    def _movable(self, request: HttpRequest, pk: int) -> Invitation:
        if not self.has_move_permission(request):
            raise PermissionDenied
        invitation = Invitation.objects.filter(pk=pk).first()
        if invitation is None:
            raise Http404
        return invitation

    @action(description=_("Send again"), permissions=["move"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self._each(request, queryset, services.resend_invitation)

    @action(description=_("Withdraw"), permissions=["move"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self._each(request, queryset, services.revoke_invitation)

    def _each(self, request: HttpRequest, queryset: QuerySet[Invitation], verb: Any) -> None:
        viewer, done, refused = cast(PortalRequest, request), 0, 0
        for invitation in queryset:
            try:
                verb(invitation, actor=viewer.actor, at=viewer.now)
                done += 1
            except Refusal:
                refused += 1
        messages.success(request, ngettext("Done for {count}.", "Done for {count}.", done).format(count=done))
        if refused:
            told = ngettext("{count} had ended already.", "{count} had ended already.", refused)
            messages.warning(request, told.format(count=refused))

    @label(description=_("state"), label=TONES)  # type: ignore[untyped-decorator]
    def standing(self, invitation: Invitation) -> tuple[str, str]:
        state = invitation.state_at(clock.now())
        return state.value, str(state.label)

    @display(description=_("state"))
    def state_title(self, invitation: Invitation) -> str:
        return str(invitation.state_at(clock.now()).label)

    @display(description=_("language"))
    def language_title(self, invitation: Invitation) -> str:
        return str(dict(settings.LANGUAGES).get(invitation.language, invitation.language))

    @display(description=_("roles"))
    def role_titles(self, invitation: Invitation) -> str:
        return ", ".join(sorted(role.words for role in invitation.roles.all())) or "–"


@fill("console.record.side", order=20)
def steps_of_invitation(request: HttpRequest, record: Model | None = None, **facts: Any) -> str | None:
    """Send again and withdraw, while it is open."""
    if not isinstance(record, Invitation) or not request.user.has_perm("accounts.change_invitation"):
        return None
    state = record.state_at(cast(PortalRequest, request).now)
    if state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        return None
    return render_to_string("accounts/partials/_invitation_steps.html", {"invitation": record}, request)
