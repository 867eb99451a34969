"""The public holidays of countries, from the package `holidays` (docs/decisions/0029-holidays.md).

The package takes some 20 MB of a process, so it is loaded only where nobody has asked for that country and year yet;
the answers are kept in the cache that all processes share.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.core.cache import cache

KEPT_FOR = 90 * 24 * 3600


@lru_cache(maxsize=64)
def holidays_in(country: str, region: str, year: int, language: str = "") -> Mapping[date, str]:
    """The days of a year on which a country, or its region, rests, with their names; LookupError for one unknown."""

    def look_up() -> list[tuple[str, str]]:
        found = _entity(country, subdiv=region or None, years=year, language=_spoken(country, language))
        return [(day.isoformat(), name) for day, name in sorted(found.items())]

    return {date.fromisoformat(day): name for day, name in _kept(f"{country}:{region}:{year}:{language}", look_up)}


@lru_cache(maxsize=16)
def regions_of(country: str) -> Sequence[tuple[str, str]]:
    """The regions with holidays of their own, as code and name; LookupError for an unknown country."""

    def look_up() -> list[tuple[str, str]]:
        entity = _entity(country)
        names: dict[str, str] = {}
        for name, code in entity.subdivisions_aliases.items():
            names.setdefault(code, name)
        return sorted(((code, names.get(code, code)) for code in entity.subdivisions), key=lambda pair: pair[1])

    return [(code, name) for code, name in _kept(f"{country}:regions", look_up)]


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of all countries that the package knows."""

    def look_up() -> list[str]:
        from holidays.registry import COUNTRIES

        return sorted(codes[1] for codes in COUNTRIES.values())

    return frozenset(_kept("countries", look_up))


def _kept(key: str, look_up: Any) -> Any:
    return cache.get_or_set(f"holidays:{version('holidays')}:{key}", look_up, KEPT_FOR)


def _spoken(country: str, language: str) -> str | None:
    """The package's name of a language, where it has the country's holidays in it; else the country's own."""
    known = _entity(country).supported_languages
    return next((name for name in known if language and name.split("_")[0] == language.split("-", maxsplit=1)[0]), None)


def _entity(country: str, **wanted: Any) -> Any:
    import holidays

    try:
        return holidays.country_holidays(country, expand=False, **wanted)
    except NotImplementedError as error:
        raise LookupError(str(error)) from error
