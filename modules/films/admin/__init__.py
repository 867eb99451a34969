"""The film shop in the console."""

from modules.films.admin import catalogue, figures, orders, shipments, stock

__all__ = ["catalogue", "figures", "orders", "shipments", "stock"]
