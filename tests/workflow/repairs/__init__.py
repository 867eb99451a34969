"""Repair requests, whose workflow is data."""
