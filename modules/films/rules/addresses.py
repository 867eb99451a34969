"""Addresses as they are written."""

from babel import Locale

from modules.core.moments import babel_locale
from modules.films.models import Order


def country_name(code: str) -> str:
    """The country of an ISO 3166 code in the reader's words."""
    return str(Locale.parse(babel_locale()).territories.get(code, code))


def address_lines(order: Order) -> list[str]:
    """Where an order goes, line by line; nothing when nothing is shipped."""
    address = order.address
    if not address:
        return []
    town = f"{address['postcode']} {address['city']}"
    return [
        line
        for line in (order.name, address["street"], address["extra"], town, country_name(address["country"]))
        if line
    ]
