"""The person's own page, the language switch, and the door for signed links."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from modules.accounts import services
from modules.accounts.forms import ProfileForm
from modules.accounts.guests import open_guest_link
from modules.accounts.models import User
from modules.accounts.view_as import end
from modules.core.errors import Conflict
from modules.core.http import PortalRequest, SignedInRequest, go_to


@dataclass(frozen=True)
class Difference:
    """One field in which the typed and the saved version differ."""

    label: str
    typed: str
    kept: str


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and zone. A form that somebody else's save has overtaken comes back with both versions (F26)."""
    viewer = cast(SignedInRequest, request)
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=viewer.user.pk))
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)
    told = dict(form.cleaned_data)
    revision = told.pop("revision")
    try:
        services.change_user(viewer.user, changes=told, actor=viewer.actor, at=viewer.now, revision=revision)
    except Conflict as conflict:
        return _overtaken(request, told, str(conflict))
    messages.success(request, _("Your profile is saved."))
    return go_to(request, reverse("accounts:profile"))


def _overtaken(request: HttpRequest, told: dict[str, Any], words: str) -> HttpResponse:
    """The form again, with what was typed, what is saved, and today's revision: saving again is then deliberate."""
    kept = User.objects.get(pk=cast(User, request.user).pk)
    data = request.POST.copy()
    data["revision"] = str(kept.revision)
    form = ProfileForm(data, instance=kept)
    differences = [
        Difference(str(form.fields[name].label), str(value), str(getattr(kept, name)))
        for name, value in told.items()
        if value != getattr(kept, name)
    ]
    form.add_error(None, words)
    return render(request, "accounts/profile.html", {"form": form, "differences": differences}, status=409)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's language switch; for somebody signed in the choice is kept with the person as well."""
    wanted = request.POST.get("language", "")
    if isinstance(request.user, User) and wanted in dict(settings.LANGUAGES):
        viewer = cast(SignedInRequest, request)
        services.change_user(viewer.user, changes={"language": wanted}, actor=viewer.actor, at=viewer.now)
    return set_language(request)


@login_not_required
@never_cache
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open one record to the guest who holds a signed link, and lead on to it."""
    return redirect(open_guest_link(request, token, cast(PortalRequest, request).now))


@require_POST
def stop_view_as(request: HttpRequest) -> HttpResponse:
    """Back to being oneself, on the page of the person whose pages were looked at."""
    return go_to(request, end(request))
