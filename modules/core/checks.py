"""System checks: each setting, the manifests, and the closed vocabulary of addresses."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from modules.core.manifest import manifests, module_configs

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@register("settings")
def check_settings(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Each setting of the core says what is wrong with it and how to mend it."""
    return [*_addresses(), *_places(), *_numbers(), *_demo()]


def _addresses() -> Iterator[CheckMessage]:
    base = str(settings.BASE_URL)
    if not base.startswith(("http://", "https://")) or base.endswith("/"):
        yield Error(f"BASE_URL is “{base}”.", hint="Write it as https://shop.example, without a slash.", id="core.E001")
    if not 0 < settings.PORT < 65536:
        yield Error(f"PORT is {settings.PORT}.", hint="Choose a port from 1 to 65535.", id="core.E002")


def _places() -> Iterator[CheckMessage]:
    if settings.BUSINESS_TIME_ZONE not in available_timezones():
        yield Error(
            f"BUSINESS_TIME_ZONE “{settings.BUSINESS_TIME_ZONE}” is unknown.",
            hint="Use a name such as Europe/Madrid.",
            id="core.E003",
        )
    if settings.SHOP_CURRENCY not in list_currencies():
        yield Error(
            f"SHOP_CURRENCY “{settings.SHOP_CURRENCY}” is no ISO 4217 code.", hint="Use EUR, USD …", id="core.E004"
        )
    folder = Path(settings.DATA_DIR)
    if not os.access(folder if folder.exists() else folder.parent, os.W_OK):
        yield Error(f"DATA_DIR {folder} cannot be written.", hint="Choose a folder of this user.", id="core.E005")


def _numbers() -> Iterator[CheckMessage]:
    queue: dict[str, Any] = settings.Q_CLUSTER
    if not queue["retry"] > queue["timeout"]:
        yield Error("The queue's retry must exceed its timeout, or a task runs twice at once.", id="core.E006")
    for name in ("WEB_PROCESSES", "WEB_THREADS", "OUTBOX_POLL_SECONDS", "SWEEP_SECONDS"):
        if not getattr(settings, name) > 0:
            yield Error(f"{name} must be more than 0.", id="core.E007")


def _demo() -> Iterator[CheckMessage]:
    if settings.DEMO and settings.HOST not in LOOPBACK and not os.environ.get("DEMO_ANYWHERE"):
        yield Error(
            f"The demo would listen on {settings.HOST} with known passwords.",
            hint="Leave HOST unset, or set DEMO_ANYWHERE=1 if the network is yours.",
            id="core.E008",
        )
    if settings.DEBUG and not settings.DEMO and settings.BASE_URL.startswith("https://"):
        yield checks.Warning("DEBUG is on at a public address.", hint="Unset DEBUG.", id="core.W001")


@register("modules")
def check_manifests(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Modules have what they require, no two share a portal prefix, and their settings exist."""
    return [*_requirements(), *_prefixes()]


def _requirements() -> Iterator[CheckMessage]:
    for config in module_configs():
        for missing in [key for key in config.manifest.requires if key not in manifests]:
            yield Error(
                f"The module {config.manifest.key} requires {missing}.",
                hint="Add it to MODULES, or take the one that needs it out.",
                obj=config,
                id="core.E010",
            )
        for name in [name for name in config.manifest.settings if not hasattr(settings, name)]:
            yield Error(f"The module {config.manifest.key} needs the setting {name}.", obj=config, id="core.E011")


def _prefixes() -> Iterator[CheckMessage]:
    owner: dict[str, str] = {}
    for config in module_configs():
        for prefix in config.manifest.portal:
            if prefix in owner:
                yield Error(
                    f"{config.manifest.key} and {owner[prefix]} both claim the addresses under /{prefix}.",
                    hint="Give one of them another prefix in its manifest.",
                    obj=config,
                    id="core.E012",
                )
            owner[prefix] = config.manifest.key
