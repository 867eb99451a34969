"""The basket: adding, changing, taking out with undo, confirming new prices."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from modules.core.http import PortalRequest, go_to
from modules.films.forms.basket import AddForm, QuantityForm
from modules.films.models import Basket, Edition
from modules.films.rules.editions import shop_day
from modules.films.selectors.basket import basket_view, count_of, find_basket
from modules.films.services.basket import add_to_basket, confirm_prices, open_basket, set_quantity

TOKEN = "basket"  # noqa: S105 - the name of a session key


def token_of(request: PortalRequest) -> uuid.UUID | None:
    """The guest's basket as the session knows it."""
    try:
        return uuid.UUID(str(request.session.get(TOKEN)))
    except ValueError:
        return None


def basket_of(request: PortalRequest) -> Basket | None:
    """The basket of this visitor, if there is one; looking at it writes nothing."""
    return find_basket(user_id=request.actor.user_id, token=token_of(request))


def opened_basket(request: PortalRequest) -> Basket:
    """The basket of this visitor, made if there is none."""
    basket = open_basket(token=token_of(request), actor=request.actor, at=request.now)
    request.session[TOKEN] = str(basket.token)
    return basket


@login_not_required
@never_cache
@require_safe
def basket_detail(request: PortalRequest) -> HttpResponse:
    """What lies in the basket, and the way to the checkout."""
    return render(request, "films/basket_detail.html", _context(request))


@login_not_required
@require_POST
def basket_add(request: PortalRequest) -> HttpResponse:
    """Put an edition into the basket."""
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the editions and how many you want."))
        return go_to(request, reverse("films:basket_detail"))
    basket = opened_basket(request)
    add_to_basket(basket=basket, edition=form.chosen, quantity=form.cleaned_data["quantity"], at=request.now)
    said = _("“%(title)s” is in your basket.") % {"title": form.chosen.film.title}
    if request.htmx:
        return render(request, "films/partials/_basket_added.html", {"said": said, "count": count_of(basket)})
    messages.success(request, said)
    return go_to(request, reverse("films:basket_detail"))


@login_not_required
@require_POST
def basket_change(request: PortalRequest, sku: str) -> HttpResponse:
    """Set how many of an edition are wanted; none takes it out, which can be undone."""
    edition = get_object_or_404(Edition.objects.select_related("film"), sku=sku)
    form = QuantityForm(request.POST)
    basket = basket_of(request)
    undo: dict[str, Any] = {}
    if basket is not None and form.is_valid():
        quantity = form.cleaned_data["quantity"]
        before = set_quantity(basket=basket, edition=edition, quantity=quantity, at=request.now)
        if not quantity and before:
            undo = {"edition": edition, "quantity": before}
    elif basket is not None:
        messages.error(request, _("Enter a number from 0 to 20."))
    if request.htmx:
        return render(request, "films/partials/_basket_lines.html", {**_context(request), "undo": undo, "oob": True})
    if undo:
        messages.info(request, _("“%(title)s” was taken out.") % {"title": edition.film.title})
    return go_to(request, reverse("films:basket_detail"))


@login_not_required
@require_POST
def basket_confirm(request: PortalRequest) -> HttpResponse:
    """The customer accepts today's prices."""
    basket = basket_of(request)
    if basket is not None:
        confirm_prices(basket=basket, at=request.now)
    return go_to(request, reverse("films:checkout"))


def _context(request: PortalRequest) -> dict[str, Any]:
    return {"view": basket_view(basket_of(request), today=shop_day(request.now))}
