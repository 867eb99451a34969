"""Suggestions: customers name films that the shop should sell, staff vote, a buyer buys."""
