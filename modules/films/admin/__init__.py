"""The film shop in the console."""

from modules.films.admin import catalogue, orders, stock

__all__ = ["catalogue", "orders", "stock"]
