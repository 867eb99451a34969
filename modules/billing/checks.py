"""System checks of billing's settings, and what billing says in `/health/ready`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name

from modules.billing.gateways.choice import card_payments_available
from modules.core.health import health_check, health_details

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_KEYS = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")


@register("settings")
def check_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """The keys fit together, and real money is never sent to a stand-in."""
    return [*_keys(), *_base()]


def _keys() -> Iterator[CheckMessage]:
    key, secrets = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS
    if key and not key.startswith(_KEYS):
        yield Error(
            "STRIPE_SECRET_KEY is no secret key of Stripe.",
            hint="It begins with sk_live_, rk_live_, sk_test_ or rk_test_.",
            id="billing.E001",
        )
    if any(not secret.startswith("whsec_") for secret in secrets):
        yield Error(
            "STRIPE_WEBHOOK_SECRETS holds something that is no signing secret.",
            hint="Each begins with whsec_; separate them by commas.",
            id="billing.E002",
        )
    if bool(key) != bool(secrets):
        missing = "STRIPE_WEBHOOK_SECRETS" if key else "STRIPE_SECRET_KEY"
        yield Warning(
            f"{missing} is not set: no card payments are taken.",
            hint="Set both, from the developers' pages of your Stripe account.",
            id="billing.W001",
        )


def _base() -> Iterator[CheckMessage]:
    base = urlsplit(str(settings.STRIPE_API_BASE))
    if base.scheme not in {"http", "https"} or not base.hostname:
        yield Error("STRIPE_API_BASE is no address.", hint="Leave it unset.", id="billing.E003")
    elif base.scheme == "http" and base.hostname not in LOOPBACK:
        yield Error("STRIPE_API_BASE would send the key without encryption.", hint="Use https://.", id="billing.E004")
    if "_live_" in settings.STRIPE_SECRET_KEY and base.hostname in LOOPBACK:
        yield Error(
            "A live key would be sent to a stand-in on this machine.",
            hint="Unset STRIPE_API_BASE, or use a test key.",
            id="billing.E005",
        )


@health_check("card payments", health_details)
def card_payments(at: datetime) -> str | None:
    """Shops may run without cards; it is worth saying."""
    return None if card_payments_available() else "no card payments are taken: Stripe is not set up"


@health_check("payment events", health_details)
def parked_events(at: datetime) -> str | None:
    from modules.billing.choices import EventState
    from modules.billing.models import WebhookEvent

    parked = WebhookEvent.objects.filter(state=EventState.PARKED)[:100].count()
    return f"{parked} parked events wait for staff" if parked else None
