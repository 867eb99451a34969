"""Setting up the second step, and the recovery codes, which are shown once."""

import json
from datetime import datetime
from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from modules.accounts.mfa import CODES, decrypt, encrypt, must_enrol, recovery_codes_left, renew_recovery_codes
from modules.accounts.models import User
from modules.core.http import SignedInRequest, go_to

SHOWN = "accounts.recovery_codes"
SHOWN_FOR = 15 * 60
"""Seconds in which new codes can be read and saved; they wait in the session, encrypted."""


class ActivateView(ActivateTOTPView):
    """allauth's page; afterwards come the recovery codes."""

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**facts)
        return {**context, "is_required": must_enrol(cast(User, self.request.user))}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        made = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        _show(cast(SignedInRequest, self.request), renew_recovery_codes(made))
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response

    def get_success_url(self) -> str:
        return reverse("accounts:recovery_codes")


activate = never_cache(ActivateView.as_view())


@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New codes while they are shown, else how many are left and the button for new ones."""
    viewer = cast(SignedInRequest, request)
    authenticator = Authenticator.objects.filter(user=viewer.user, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        return go_to(request, reverse("mfa_index"))
    if request.method == "POST":
        if "done" in request.POST:
            request.session.pop(SHOWN, None)
            return go_to(request, reverse("mfa_index"))
        _show(viewer, renew_recovery_codes(authenticator))
        return go_to(request, reverse("accounts:recovery_codes"))
    codes = _shown(viewer)
    context = {"codes": codes, "left": recovery_codes_left(viewer.user), "total": CODES}
    return render(request, "accounts/recovery_codes.html", context)


@never_cache
@require_GET
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]
def recovery_codes_file(request: HttpRequest) -> HttpResponse:
    """The codes as a text file, as long as they are shown."""
    codes = _shown(cast(SignedInRequest, request))
    if not codes:
        raise Http404
    response = HttpResponse("\n".join(codes) + "\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response


def _show(request: SignedInRequest, codes: list[str]) -> None:
    request.session[SHOWN] = encrypt(json.dumps([request.now.isoformat(), request.user.pk, codes]))


def _shown(request: SignedInRequest) -> list[str]:
    kept = request.session.get(SHOWN)
    if not kept:
        return []
    made, owner, codes = json.loads(decrypt(kept))
    is_fresh = (request.now - datetime.fromisoformat(made)).total_seconds() < SHOWN_FOR
    if owner != request.user.pk or not is_fresh:
        request.session.pop(SHOWN, None)
        return []
    return [str(code) for code in codes]
