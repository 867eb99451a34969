"""What can be done with a person beside changing facts: close and open, remove data, reset the second step, look as."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from modules.accounts import services
from modules.accounts.forms import ReasonForm
from modules.accounts.models import User
from modules.accounts.services.viewing import may_view_as
from modules.accounts.standing import reaches
from modules.accounts.view_as import begin
from modules.console.api import UNDO
from modules.core.errors import Refusal
from modules.core.http import PortalRequest
from modules.core.slots import fill

StepView = Callable[..., HttpResponse]


def person_steps(admin: Any) -> list[URLPattern]:
    """The addresses of the steps, below a person's page."""
    pages: dict[str, StepView] = {
        "deactivate": require_POST(deactivate),
        "reactivate": require_POST(reactivate),
        "pseudonymise": require_http_methods(["GET", "POST"])(pseudonymise),
        "reset-mfa": require_http_methods(["GET", "POST"])(reset_mfa),
        "view-as": require_http_methods(["GET", "POST"])(view_as),
    }
    return [
        path(
            f"<int:pk>/{step}/",
            admin.admin_site.admin_view(_named(view, admin)),
            name=f"accounts_user_{step.replace('-', '_')}",
        )
        for step, view in pages.items()
    ]


def _named(view: StepView, admin: Any) -> StepView:
    bound = partial(view, admin=admin)
    bound.__name__ = view.__name__  # type: ignore[attr-defined]
    return bound


def _person(request: HttpRequest, pk: int, admin: Any) -> User:
    person = User.objects.filter(pk=pk).first()
    if person is None:
        raise Http404
    if not admin.has_view_permission(request, person):
        raise PermissionDenied
    return person


def _back(person: User) -> HttpResponse:
    return redirect("admin:accounts_user_change", person.pk)


def deactivate(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """Close an account, with an undo."""
    viewer, person = cast(PortalRequest, request), _person(request, pk, admin)
    services.deactivate_user(person, actor=viewer.actor, at=viewer.now)
    undo = reverse("admin:accounts_user_reactivate", args=[person.pk])
    told = _("{person} can no longer come in. Open sessions end now.").format(person=person)
    messages.success(request, told, extra_tags=f"{UNDO}{undo}")
    return _back(person)


def reactivate(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """Open an account again."""
    viewer, person = cast(PortalRequest, request), _person(request, pk, admin)
    services.reactivate_user(person, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("{person} can come in again.").format(person=person))
    return _back(person)


def pseudonymise(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """Say what goes and what stays; on a second, written confirmation the data go for ever."""
    person = _person(request, pk, admin)
    if not request.user.has_perm("accounts.pseudonymise_user") or not _may_close(request, person):
        raise PermissionDenied

    def carry_out(viewer: PortalRequest, reason: str) -> None:
        services.pseudonymise_user(person, actor=viewer.actor, at=viewer.now, reason=reason)
        messages.success(request, _("The personal data are removed."))

    return _with_reason(request, person, admin, "accounts/person_pseudonymise.html", carry_out)


def reset_mfa(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """For somebody whose phone is lost."""
    person = _person(request, pk, admin)
    if not request.user.has_perm("accounts.reset_mfa"):
        raise PermissionDenied

    def carry_out(viewer: PortalRequest, reason: str) -> None:
        services.reset_mfa(person, actor=viewer.actor, at=viewer.now, reason=reason)
        told = _("{person} signs in without a second step until they set it up again.")
        messages.success(request, told.format(person=person))

    return _with_reason(request, person, admin, "accounts/person_reset_mfa.html", carry_out)


def view_as(request: HttpRequest, pk: int, admin: Any) -> HttpResponse:
    """Ask why, then open the portal or the console as that person, for reading."""
    person = _person(request, pk, admin)
    if not request.user.has_perm("accounts.view_as"):
        raise PermissionDenied

    def carry_out(viewer: PortalRequest, reason: str) -> str:
        return begin(viewer, person, reason=reason)

    return _with_reason(request, person, admin, "accounts/person_view_as.html", carry_out)


def _with_reason(
    request: HttpRequest, person: User, admin: Any, template: str, carry_out: Callable[[PortalRequest, str], str | None]
) -> HttpResponse:
    """A page that asks for a reason, and does it when one is given; a refusal stands on it in words."""
    form = ReasonForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            onward = carry_out(cast(PortalRequest, request), form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect(onward) if onward else _back(person)
    context = {**admin.admin_site.each_context(request), "person": person, "form": form, "opts": admin.opts}
    return TemplateResponse(request, template, {**context, "title": str(person)}, status=status)


def _may_close(request: HttpRequest, person: User) -> bool:
    viewer = cast(PortalRequest, request)
    if not viewer.actor.may("accounts.delete_user") or person.pk == viewer.actor.user_id:
        return False
    return reaches(viewer.actor, person)


@fill("console.record.side", order=20)
def steps_of_person(request: HttpRequest, record: Model | None = None, **facts: Any) -> str | None:
    """The buttons on a person's page: only what this viewer may do with this person."""
    if not isinstance(record, User):
        return None
    viewer = cast(PortalRequest, request)
    may_close = _may_close(request, record) and record.pseudonymised_at is None
    is_reached = reaches(viewer.actor, record) and record.pk != viewer.actor.user_id
    has_mfa = Authenticator.objects.filter(user=record).exists()
    steps = {
        "person": record,
        "may_view_as": may_view_as(viewer.actor, record),
        "may_deactivate": may_close and record.is_active,
        "may_reactivate": may_close and not record.is_active,
        "may_pseudonymise": may_close and viewer.actor.may("accounts.pseudonymise_user"),
        "may_reset_mfa": has_mfa and is_reached and viewer.actor.may("accounts.reset_mfa"),
        "has_mfa": has_mfa,
    }
    return render_to_string("accounts/partials/_person_steps.html", steps, request)
