"""Writing what a source tells of films: all rows that can be read, in one transaction, matched by title and year."""

from modules.films.services.imports.run import import_films

__all__ = ["import_films"]
