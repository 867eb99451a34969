"""The app of the other library's approval."""
