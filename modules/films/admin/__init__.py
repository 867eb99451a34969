"""The film shop in the console."""

from modules.films.admin import catalogue, figures, imports, orders, shipments, stock

__all__ = ["catalogue", "figures", "imports", "orders", "shipments", "stock"]
