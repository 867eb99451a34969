"""The addresses of the product, derived from the manifests of the installed modules."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from modules.core.manifest import module_configs


def site_urls() -> list[URLPattern | URLResolver]:
    """Each module's `urls.py` at the root, high tiers first, so that a module above may own `/`."""
    return [
        path("", include(f"{config.name}.urls"))
        for config in reversed(module_configs())
        if find_spec(f"{config.name}.urls") is not None
    ]
