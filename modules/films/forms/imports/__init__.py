"""Reading what others wrote about films: JSON, CSV, folders of a known kind. Nothing is written here."""

from modules.core.tables import Unreadable
from modules.films.forms.imports.source import PROFILES, read_source

__all__ = ["PROFILES", "Unreadable", "read_source"]
