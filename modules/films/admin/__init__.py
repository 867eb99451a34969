"""The film shop in the console."""

from django.utils.translation import gettext_lazy as _

from modules.console.api import trail_words
from modules.films.admin import catalogue, figures, imports, orders, shipments, stock

__all__ = ["catalogue", "figures", "imports", "orders", "shipments", "stock"]

trail_words(
    {
        "credits_changed": _("changed the cast and crew"),
        "price_changed": _("changed the price"),
        "stock_adjusted": _("corrected the stock"),
        "stock_received": _("received copies"),
        "taken": _("took the order for the customer"),
    }
)
