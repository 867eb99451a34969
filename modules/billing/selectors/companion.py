"""Whether the local Stripe peer runs beside the product."""

from django.conf import settings


def sandbox_is_wanted() -> bool:
    return bool(settings.STRIPE_SANDBOX)
