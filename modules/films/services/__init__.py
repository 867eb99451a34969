"""Verbs of the film shop, by noun."""
