"""A film shop: catalogue, stock, basket, orders, library."""
