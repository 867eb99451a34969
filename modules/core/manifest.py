"""What a module says of itself, once; menus, roles, addresses, schedules and demo data derive from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.functional import Promise

from modules.core.registry import Registry

Words = str | Promise

VIEW = "view"
"""In a role: may see every record of the module."""
ALL = "all"
"""In a role: every permission of the module, those of its workflows included."""


def resolve(path: str) -> Callable[..., Any]:
    """The function named by `package.module:function`."""
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


@dataclass(frozen=True)
class Nav:
    """An entry of the console's sidebar: a model (`films.film`), or a URL name with the permission it takes.

    `icon` is a name of Material Symbols, which unfold draws with.
    """

    title: Words
    target: str
    icon: str = "circle"
    permission: str = ""


@dataclass(frozen=True)
class PortalNav:
    """An entry of the portal's navigation: a URL name and a heroicons name."""

    title: Words
    url_name: str
    icon: str
    signed_in: bool = False


@dataclass(frozen=True)
class Demo:
    """Where the demo data of the module is loaded: `package.module:function(report, at)`, after other modules."""

    loader: str
    after: Sequence[str] = ()


@dataclass(frozen=True)
class Companion:
    """A process that `serve` runs beside the product: `package.module:function()`, while `when()` says so."""

    key: str
    target: str
    when: str


@dataclass(frozen=True)
class Manifest:
    """The frozen self-description of a module."""

    key: str
    title: Words
    icon: str = "squares-2x2"
    description: Words = ""
    requires: Sequence[str] = ()
    portal: Sequence[str] = ()
    navigation: Sequence[Nav] = ()
    portal_navigation: Sequence[PortalNav] = ()
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    role_titles: Mapping[str, Words] = field(default_factory=dict)
    settings: Sequence[str] = ()
    companions: Sequence[Companion] = ()
    preload: Sequence[str] = ()
    """`package.module:function()`: loads what several processes need, before they are forked."""
    demo: Demo | None = None


manifests: Registry[Manifest] = Registry("modules")

# The files of a module that register something by being imported. Order matters: words before doors.
DECLARATIONS = ("checks", "actions", "messages", "workflows", "subscribers", "tasks", "pages")


class ModuleConfig(AppConfig):
    """The base of every module's AppConfig: files the manifest and imports the module's declarations."""

    manifest: ClassVar[Manifest]
    default = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A module's `apps.py` imports this class beside its own: say which of the two Django shall take."""
        super().__init_subclass__(**kwargs)
        cls.default = True

    def ready(self) -> None:
        manifests.register(self.manifest.key, self.manifest)
        for name in DECLARATIONS:
            if find_spec(f"{self.name}.{name}") is not None:
                import_module(f"{self.name}.{name}")


def module_configs() -> list[ModuleConfig]:
    """The installed modules, low tiers first."""
    return [config for config in apps.get_app_configs() if isinstance(config, ModuleConfig)]
