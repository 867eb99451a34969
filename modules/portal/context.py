"""What every portal page knows: the business's name, its navigation, the languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from modules.core.manifest import PortalNav, Words, manifests


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the navigation as the templates show it."""

    title: Words
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Language:
    """A language the pages speak, under its own name."""

    code: str
    name: str
    is_current: bool


def portal(request: HttpRequest) -> dict[str, Any]:
    """The context processor of every page; lists are made only where a template asks for them."""
    return {
        "business_name": settings.BUSINESS_NAME,
        "portal_navigation": SimpleLazyObject(lambda: navigation(request)),
        "languages": SimpleLazyObject(languages),
    }


def navigation(request: HttpRequest) -> list[NavigationEntry]:
    """The entries of all modules, low tiers first; the one with the longest matching address is current."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    offered = (entry for manifest in manifests for entry in manifest.portal_navigation)
    entries = [entry for entry in offered if signed_in or not entry.signed_in]
    addresses = {entry: url for entry in entries if (url := _address(entry))}
    path = request.path
    matching = [url for url in addresses.values() if path == url or (url != "/" and path.startswith(url))]
    current = max(matching, key=len, default="")
    return [NavigationEntry(entry.title, url, entry.icon, url == current) for entry, url in addresses.items()]


def _address(entry: PortalNav) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:  # the module's pages are switched off in this installation
        return ""


def languages() -> list[Language]:
    """The languages of the installation, each by the name its speakers use."""
    current = translation.get_language()
    return [
        Language(code, str(translation.get_language_info(code)["name_local"]).capitalize(), code == current)
        for code, _ in settings.LANGUAGES
    ]
