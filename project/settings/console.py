"""The staff console: unfold's look from our tokens (the same numbers as in static/css/tokens.css)."""

from project.settings.base import BUSINESS_NAME

__all__ = ["UNFOLD"]

UNFOLD: dict[str, object] = {
    "SITE_TITLE": BUSINESS_NAME,
    "SITE_HEADER": BUSINESS_NAME,
    "SITE_SYMBOL": "storefront",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "modules.console.look.favicon"}],
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "modules.console.look.language_address"},
    "ENVIRONMENT": "modules.console.look.environment",
    "ACCOUNT": {"navigation": "modules.console.look.account_links"},
    "STYLES": ["modules.console.look.stylesheet", "modules.console.look.palette_stylesheet"],
    "BORDER_RADIUS": "8px",
    "SIDEBAR": {"navigation": "modules.console.navigation.sidebar"},
    "COLORS": {
        "base": {
            "50": "oklch(0.985 0.003 10)",
            "100": "oklch(0.962 0.005 10)",
            "200": "oklch(0.915 0.007 10)",
            "300": "oklch(0.855 0.01 10)",
            "400": "oklch(0.735 0.014 10)",
            "500": "oklch(0.49 0.02 10)",
            "600": "oklch(0.4 0.021 10)",
            "700": "oklch(0.345 0.016 10)",
            "800": "oklch(0.295 0.012 10)",
            "900": "oklch(0.205 0.01 10)",
            "950": "oklch(0.165 0.008 10)",
        },
        "primary": {
            "50": "oklch(0.975 0.01 352)",
            "100": "oklch(0.955 0.018 352)",
            "200": "oklch(0.905 0.045 352)",
            "300": "oklch(0.83 0.1 352)",
            "400": "oklch(0.76 0.122 352)",
            "500": "oklch(0.76 0.122 352)",
            "600": "oklch(0.44 0.148 352)",
            "700": "oklch(0.37 0.132 352)",
            "800": "oklch(0.32 0.11 352)",
            "900": "oklch(0.275 0.046 352)",
            "950": "oklch(0.19 0.04 352)",
        },
        "font": {
            "subtle-light": "var(--color-base-500)",
            "subtle-dark": "var(--color-base-400)",
            "default-light": "var(--color-base-600)",
            "default-dark": "var(--color-base-300)",
            "important-light": "oklch(0.235 0.022 10)",
            "important-dark": "oklch(0.945 0.006 10)",
        },
    },
}
