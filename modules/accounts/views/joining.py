"""Accepting an invitation: the link of the mail leads here."""

from typing import cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from modules.accounts import services
from modules.accounts.errors import AddressTaken, InvitationClosed
from modules.accounts.forms import JoinForm
from modules.accounts.models import Invitation, User
from modules.accounts.services.invitations import invitation_of
from modules.core.http import PortalRequest, go_to


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form for a name and a password; whoever has an account by now signs in and accepts with one press."""
    try:
        offered = invitation_of(token, at=cast(PortalRequest, request).now)
        if User.objects.filter(email=offered.email).exists():
            return _known(request, token, offered)
        return _new(request, token, offered)
    except AddressTaken:
        return _known(request, token, invitation_of(token, at=cast(PortalRequest, request).now))
    except InvitationClosed as refusal:
        return render(request, "accounts/invitation_closed.html", {"words": str(refusal)}, status=410)


def _new(request: HttpRequest, token: str, offered: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=offered.email, initial={"name": offered.name})
    context = {"form": form, "invitation": offered}
    if request.user.is_authenticated:
        return render(request, "accounts/invitation_other.html", context)
    if not form.is_valid():
        return render(request, "accounts/invitation_form.html", context, status=422 if form.is_bound else 200)
    told = form.cleaned_data
    now = cast(PortalRequest, request).now
    user = services.accept_invitation(token, name=told["name"], password=told["password"] or None, at=now)
    messages.success(request, _("Welcome, {name}. Your account is ready.").format(name=user.get_short_name()))
    onward = reverse("admin:index") if user.is_staff else reverse("accounts:profile")
    return cast(HttpResponse, perform_login(request, Login(user=user, redirect_url=onward)))


def _known(request: HttpRequest, token: str, offered: Invitation) -> HttpResponse:
    """There is an account with the address: only its owner, signed in, takes what is offered."""
    viewer = cast(PortalRequest, request)
    is_theirs = isinstance(request.user, User) and request.user.email == offered.email
    if request.method == "POST" and isinstance(request.user, User) and is_theirs:
        services.join(token, user=request.user, at=viewer.now)
        messages.success(request, _("You have joined. Your new rights hold now."))
        return go_to(request, reverse("admin:index") if offered.is_staff else reverse("accounts:profile"))
    context = {"invitation": offered, "is_theirs": is_theirs, "here": request.path}
    template = "accounts/invitation_other.html" if request.user.is_authenticated and not is_theirs else None
    return render(request, template or "accounts/invitation_known.html", context)
