"""Importing a table in the browser: file, columns, check, run, undo."""
