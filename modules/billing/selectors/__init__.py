"""Reading billing, by noun."""

from modules.billing.selectors.companion import sandbox_is_wanted

__all__ = ["sandbox_is_wanted"]
