"""The shop's one currency, and Stripe. Without a key the demo talks to the sandbox, production takes no cards."""

from project.settings.base import DEMO
from project.settings.environment import env, kept_secret

__all__ = [
    "BUSINESS_ADDRESS", "BUSINESS_TAX_ID", "FREE_SHIPPING_FROM", "REFUND_DAILY_LIMIT", "REFUND_LIMIT",
    "SHIPPING_COUNTRIES", "SHIPPING_FEE", "SHOP_CURRENCY", "STRIPE_API_BASE", "STRIPE_SANDBOX", "STRIPE_SANDBOX_PORT",
    "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "TAX_RATES",
]  # fmt: skip

SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="EUR")
STRIPE_SANDBOX_PORT = env.int("STRIPE_SANDBOX_PORT", default=12111)
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRETS", default=[])
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="https://api.stripe.com")
# The local peer of the demo: only without a real key, and never outside the demo.
STRIPE_SANDBOX = DEMO and not STRIPE_SECRET_KEY
if STRIPE_SANDBOX:
    STRIPE_SECRET_KEY = "sk_test_sandbox"  # noqa: S105 - opens nothing but the local peer
    STRIPE_WEBHOOK_SECRETS = [f"whsec_{kept_secret('sandbox_webhook_secret')}"]
    STRIPE_API_BASE = f"http://127.0.0.1:{STRIPE_SANDBOX_PORT}"
# Tax by class of goods, as fractions; an order line keeps the rate of its day.
TAX_RATES = env.dict("TAX_RATES", default={"standard": "0.21", "reduced": "0.10"})
# What shipping costs, in minor units of the shop's currency, and from which value of goods it is free.
SHIPPING_FEE = env.int("SHIPPING_FEE", default=390)
FREE_SHIPPING_FROM = env.int("FREE_SHIPPING_FROM", default=4000)
# ISO 3166 codes; the first one is suggested.
SHIPPING_COUNTRIES = env.list(
    "SHIPPING_COUNTRIES",
    default=["ES", "PT", "FR", "IT", "DE", "AT", "BE", "NL", "LU", "IE", "PL", "DK", "SE", "FI", "AD"],
)
# What one person may refund alone, in minor units of the shop's currency: at a time, and on a day of the business.
# Everything above needs a second pair of eyes.
REFUND_LIMIT = env.int("REFUND_LIMIT", default=5000)
REFUND_DAILY_LIMIT = env.int("REFUND_DAILY_LIMIT", default=15000)
# Stands on every invoice beside BUSINESS_NAME; commas separate the lines of the address.
BUSINESS_ADDRESS = env.str("BUSINESS_ADDRESS", default="Gran Vía 1, 28013 Madrid, España" if DEMO else "")
BUSINESS_TAX_ID = env.str("BUSINESS_TAX_ID", default="ESB00000000" if DEMO else "")
