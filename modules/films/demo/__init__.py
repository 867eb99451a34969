"""The demo shop: real films as facts, with invented prices, stock and half a year of orders."""

from collections.abc import Callable
from datetime import datetime

from modules.films.demo.catalogue import load_catalogue
from modules.films.demo.history import ORDERS, load_orders


def load(report: Callable[[str], None], at: datetime, *, orders: int = ORDERS) -> None:
    """Everything the demo shop shows; what is there already is left alone."""
    load_catalogue(report, at)
    load_orders(report, at, number=orders)
