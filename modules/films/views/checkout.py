"""The checkout, and paying an order that still awaits its payment."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from modules.accounts.api import grant_guest
from modules.billing.api import card_payments_available, request_payment
from modules.core.http import PortalRequest, go_to
from modules.films.choices import OrderState
from modules.films.errors import AccountNeeded, BasketEmpty, NotEnoughStock, NotForSale, PriceChanged
from modules.films.forms.checkout import CheckoutForm
from modules.films.models import Order
from modules.films.rules.editions import shop_day
from modules.films.rules.orders import gross_of, price_lines
from modules.films.selectors.basket import BasketView, basket_view
from modules.films.services.orders import place_order
from modules.films.views.basket import basket_of
from modules.portal.api import owned_record


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: PortalRequest) -> HttpResponse:
    """Who buys, where it goes, what it costs; then on to the payment."""
    basket = basket_of(request)
    view = basket_view(basket, today=shop_day(request.now))
    form = _form(request, view)
    if request.method != "POST":
        return _page(request, form, view)
    if not form.is_valid():
        return _page(request, form, view, status=422)
    if basket is None:
        raise BasketEmpty
    try:
        order = place_order(basket=basket, buyer=form.buyer(), actor=request.actor, at=request.now, key=form.placed_key)
    except (PriceChanged, NotEnoughStock, NotForSale, AccountNeeded, BasketEmpty) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, basket_view(basket, today=shop_day(request.now)), status=409)
    if order.customer_id is None:
        grant_guest(request, order)
    return _to_payment(request, order)


@login_not_required
@require_POST
def order_pay(request: PortalRequest, number: str) -> HttpResponse:
    """Open the payment page of an order that awaits its payment."""
    order: Order | None = owned_record(Order, request.actor, number)
    if order is None:
        raise Http404
    if order.state != OrderState.AWAITING_PAYMENT:
        messages.info(request, _("This order needs no payment any more."))
        return go_to(request, order.get_absolute_url())
    return _to_payment(request, order)


def _to_payment(request: PortalRequest, order: Order) -> HttpResponse:
    """On to the provider's page; where it cannot be had now, to the order, which says so and tries again."""
    if order.state != OrderState.AWAITING_PAYMENT:
        return go_to(request, order.get_absolute_url())
    address = order.get_absolute_url()
    page = request_payment(
        subject=order,
        amount=order.gross,
        back_to=address,
        cancel_to=address,
        description=_("Order %(number)s") % {"number": order.number},
        email=order.email,
        language=order.language,
        actor=request.actor,
        at=request.now,
    )
    return go_to(request, page.next_url)


def _form(request: PortalRequest, view: BasketView) -> CheckoutForm:
    user = request.actor.user
    return CheckoutForm(
        request.POST if request.method == "POST" else None,
        ships=view.has_physical,
        known_email=user.email if user else "",
        initial={"name": user.get_full_name()} if user else {},
    )


def _page(request: PortalRequest, form: CheckoutForm, view: BasketView, *, status: int = 200) -> HttpResponse:
    if not view.rows and request.method != "POST":
        return go_to(request, reverse("films:basket_detail"))
    lines = price_lines((row.line for row in view.rows), shipping_title=_("Shipping"))
    context = {
        "form": form,
        "view": view,
        "lines": lines,
        "gross": gross_of(lines),
        "needs_account": view.has_digital and request.actor.user is None,
        "takes_cards": card_payments_available(),
    }
    return render(request, "films/checkout.html", context, status=status)
