"""What a person wants to be told by which way, and the link in a mail that ends a category."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.http import PortalRequest, SignedInRequest, go_to
from modules.core.messages import categories
from modules.notifications import services
from modules.notifications.choices import Channel
from modules.notifications.selectors import preference_matrix
from modules.notifications.unsubscribing import subscription_of


@never_cache
@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The matrix of categories and ways: one form, one button."""
    viewer = cast(SignedInRequest, request)
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted"))
        count = services.choose(viewer.user, wanted, actor=viewer.actor, at=viewer.now)
        told = ngettext("{count} choice is changed.", "{count} choices are changed.", count).format(count=count)
        messages.success(request, told if count else _("Nothing was changed."))
        return go_to(request, reverse("notifications:preferences"))
    context = {"rows": preference_matrix(viewer.user), "channels": list(Channel)}
    return render(request, "notifications/preferences.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then stop; reading the page changes nothing, because mail programs look at links on their own (F44)."""
    subscription = subscription_of(token)
    category = categories.get(subscription.category) if subscription else None
    if subscription is None or category is None or category.legal:
        raise Http404
    context: dict[str, Any] = {"category": category, "is_done": False}
    if request.method == "POST":
        at = cast(PortalRequest, request).now
        if request.POST.get("again"):
            services.subscribe_again(subscription, at=at)
            context |= {"is_back": True}
        else:
            services.unsubscribe(subscription, at=at)
            context |= {"is_done": True}
    return render(request, "notifications/unsubscribe.html", context)
