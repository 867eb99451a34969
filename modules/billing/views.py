"""Where a customer waits for the provider's page, and where the provider sends the customer back to.

Both are open to whoever knows the payment's public id, which nobody can guess, and say nothing that is not in the
address bar of the provider's page too; what was bought is on the page they lead to, which asks who is there.
"""

import logging
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.billing.choices import PaymentState
from modules.billing.documents import document_name, document_pdf
from modules.billing.errors import Unworkable
from modules.billing.gateways.base import Unreachable
from modules.billing.gateways.choice import IN_REQUEST
from modules.billing.models import CreditNote, Invoice, Payment
from modules.billing.selectors.payments import payment_by_public
from modules.billing.services.settlement import look
from modules.billing.subjects import owns
from modules.core.actors import Actor
from modules.core.http import PortalRequest, go_to

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def payment(request: PortalRequest, public: UUID) -> HttpResponse:
    """Lead on to the provider's page, or back; while there is neither, say so and look again by itself."""
    found = _payment_or_404(public)
    if found.state == PaymentState.OPEN and found.checkout_url:
        return go_to(request, found.checkout_url)
    if found.state in {PaymentState.SETTLED, PaymentState.PROCESSING}:
        return go_to(request, found.back_to)
    template = "billing/partials/_payment_state.html" if request.htmx else "billing/payment_detail.html"
    response = render(request, template, {"payment": found, "is_waiting": found.is_open})
    response["Vary"] = "HX-Request"
    return response


@login_not_required
@never_cache
@require_safe
def payment_return(request: PortalRequest, public: UUID) -> HttpResponse:
    """The redirect proves nothing: ask the provider, settle what it says, go on. Silence is no failure, the webhook or
    the sweep will tell."""
    found = _payment_or_404(public)
    if found.state != PaymentState.SETTLED:
        try:
            look(found.pk, at=request.now, patience=IN_REQUEST)
        except Unreachable as error:
            logger.warning("the provider did not answer about payment %s: %s", public, error)
        except Unworkable:
            logger.exception("payment %s cannot be settled", public)
    return go_to(request, found.back_to)


@login_not_required
@never_cache
@require_safe
def invoice_pdf(request: PortalRequest, pk: int) -> HttpResponse:
    """An invoice, for whose record it is of, signed in or with a guest's link, and for staff."""
    found = Invoice.objects.filter(pk=pk).first()
    if found is None or not _may_read(found, request.actor, "billing.view_invoice"):
        raise Http404
    return _file(found)


@login_not_required
@never_cache
@require_safe
def credit_note_pdf(request: PortalRequest, pk: int) -> HttpResponse:
    """A credit note, for the same people."""
    found = CreditNote.objects.select_related("invoice").filter(pk=pk).first()
    if found is None or not _may_read(found.invoice, request.actor, "billing.view_creditnote"):
        raise Http404
    return _file(found)


def _may_read(invoice: Invoice, actor: Actor, permission: str) -> bool:
    return actor.may(permission) or owns(invoice.subject_type, invoice.subject_id, actor)


def _file(document: Invoice | CreditNote) -> HttpResponse:
    response = HttpResponse(document_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{document_name(document)}"'
    return response


def _payment_or_404(public: UUID) -> Payment:
    found = payment_by_public(public)
    if found is None:
        raise Http404
    return found
