"""The demo data of all modules, in the order their manifests ask for."""

from collections.abc import Callable, Iterator
from datetime import datetime

from modules.core.manifest import Manifest, module_configs, resolve


def in_order() -> Iterator[Manifest]:
    """Manifests with demo data, each after the ones it names."""
    waiting = [config.manifest for config in module_configs() if config.manifest.demo]
    keys = {manifest.key for manifest in waiting}
    done: set[str] = set()
    while waiting:
        ready = [m for m in waiting if m.demo and set(m.demo.after) & keys <= done]
        if not ready:
            raise ValueError(f"demo data wait for each other: {', '.join(m.key for m in waiting)}")
        for manifest in ready:
            done.add(manifest.key)
            waiting.remove(manifest)
            yield manifest


def load_all(*, report: Callable[[str], None], at: datetime) -> None:
    """Load every module's demo data; a loader whose data are there does nothing."""
    for manifest in in_order():
        assert manifest.demo is not None  # noqa: S101 - in_order gives no other
        resolve(manifest.demo.loader)(report, at)
