"""Which provider takes a payment: Stripe, unless demo history is being recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

from modules.billing.choices import Provider
from modules.billing.gateways.base import Gateway
from modules.billing.gateways.recording import RecordingGateway
from modules.billing.gateways.stripe import StripeGateway

IN_REQUEST = 4.0
"""Seconds that a person's request waits for the provider."""
IN_BACKGROUND = 20.0

_recording: ContextVar[bool] = ContextVar("billing_recording", default=False)


@contextmanager
def recording() -> Iterator[None]:
    """Payments asked for inside are recorded, not made: for demo history at past times."""
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)


def card_payments_available() -> bool:
    """Whether there is a provider that customers can pay through."""
    return _recording.get() or bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRETS)


def load_provider() -> None:
    """Load the provider's library before processes are forked, where it will be used: it is large."""
    if settings.STRIPE_SECRET_KEY:
        import stripe

        _ = stripe.StripeClient(settings.STRIPE_SECRET_KEY).v1.checkout


def provider_now() -> Provider:
    """Who takes a payment that is asked for now."""
    return Provider.RECORDING if _recording.get() else Provider.STRIPE


def gateway(provider: str, *, patience: float = IN_BACKGROUND) -> Gateway:
    """The gateway of a provider, with the settings of now."""
    if provider == Provider.RECORDING:
        return RecordingGateway()
    return StripeGateway(key=settings.STRIPE_SECRET_KEY, base=settings.STRIPE_API_BASE, patience=patience)
