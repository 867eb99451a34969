"""The page on which staff ask for a refund. Without JavaScript it is a page, with it a dialog on the record's page."""

from typing import Any, cast
from uuid import uuid4

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.billing.choices import RefundRequestState
from modules.billing.forms import RefundForm
from modules.billing.models import RefundRequest
from modules.billing.selectors.refunds import allowance_of, lines_to_refund, refundable_of
from modules.billing.services.refund_requests import ask_refund
from modules.billing.subjects import model_of
from modules.console.api import record_address
from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.moments import babel_locale


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """The form on GET; on POST the request, or the form again, or the reason why not."""
    viewer = cast(PortalRequest, request)
    subject = _subject(viewer, record_type, pk)
    given: dict[str, Any] = {"left": refundable_of(subject), "lines": lines_to_refund(subject)}
    if request.method != "POST":
        return _show(viewer, subject, RefundForm(initial={"what": "all", "key": uuid4()}, **given))
    earlier = _earlier(viewer)
    if earlier is not None:
        return _done(viewer, subject, earlier)
    form = RefundForm(request.POST, **given)
    if not form.is_valid():
        return _show(viewer, subject, form, status=422)
    try:
        found = ask_refund(
            subject,
            amount=form.cleaned_data["refund"],
            reason=form.cleaned_data["reason"],
            lines=form.chosen_lines,
            actor=viewer.actor,
            at=viewer.now,
            key=_key(form.cleaned_data["key"]),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _show(viewer, subject, form, refusal=str(refusal), status=409)
    return _done(viewer, subject, found)


def _key(posted: object) -> str:
    return f"form:{posted}"


def _earlier(request: PortalRequest) -> RefundRequest | None:
    """What a first press of this very button asked for; by now there may be nothing left to refund."""
    return RefundRequest.objects.filter(key=_key(request.POST.get("key", "")), asked_by=request.actor.user).first()


def _subject(request: PortalRequest, record_type: str, pk: int) -> Model:
    """The record, for those who may see its kind and ask for refunds."""
    if not request.actor.may("billing.ask_refund"):
        raise PermissionDenied
    try:
        model = model_of(record_type)
    except LookupError:
        raise Http404 from None
    if not request.actor.may(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        raise PermissionDenied
    subject = model._base_manager.filter(pk=pk).first()
    if subject is None:
        raise Http404
    return subject


def _done(request: PortalRequest, subject: Model, found: RefundRequest) -> HttpResponse:
    amount = found.amount.format(babel_locale())
    if found.state == RefundRequestState.APPROVAL:
        told = _("{amount} is set aside. A second person must approve the refund.").format(amount=amount)
    else:
        told = _("The refund of {amount} is on its way.").format(amount=amount)
    messages.success(request, told)
    return go_to(request, record_address(subject))


def _show(
    request: PortalRequest, subject: Model, form: RefundForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "subject": subject,
        "home": record_address(subject),
        "form": form,
        "left": form.left,
        "allowance": allowance_of(request.actor, at=request.now),
        "refusal": refusal,
        "url": request.path,
    }
    template = "billing/console/_refund.html" if request.htmx else "billing/console/refund.html"
    more = {} if request.htmx else {**admin.site.each_context(request), "title": _("Refund")}
    response = render(request, template, {**more, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
