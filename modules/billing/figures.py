"""What the start page of the staff says about money."""

from datetime import datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from modules.billing.choices import PaymentState, RefundRequestState
from modules.billing.models import Payment
from modules.billing.selectors.refunds import requests_waiting
from modules.core.fields import shop_currency
from modules.core.figures import Figure, figure
from modules.core.http import PortalRequest
from modules.core.moments import babel_locale
from modules.core.money import Money


@figure("billing.waiting", order=40)
def refunds_waiting(request: HttpRequest) -> Figure | None:
    """Refunds that wait for a second pair of eyes, for those who may look."""
    if not request.user.has_perm("billing.view_refundrequest"):
        return None
    count = requests_waiting().count()
    url = f"{reverse('admin:billing_refundrequest_changelist')}?state__exact={RefundRequestState.APPROVAL.value}"
    tone = "warning" if count else "neutral"
    return Figure(_("Refunds waiting for a second pair of eyes"), localize(count), url, "eye", tone)


@figure("billing.today", order=60)
def money_in_today(request: HttpRequest) -> Figure | None:
    """What was paid on this day of the business, less nothing: refunds stand in their own list."""
    if not request.user.has_perm("billing.view_payment"):
        return None
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    start = datetime.combine(cast(PortalRequest, request).now.astimezone(zone).date(), time(), zone)
    paid = Payment.objects.filter(state=PaymentState.SETTLED, settled_at__gte=start, currency=shop_currency())
    minor = paid.aggregate(sum=Sum(F("captured")))["sum"] or 0
    url = f"{reverse('admin:billing_payment_changelist')}?state__exact={PaymentState.SETTLED.value}"
    url += f"&settled_at__from={start.date().isoformat()}"
    return Figure(_("Money in today"), Money(int(minor), shop_currency()).format(babel_locale()), url, "banknotes")
