"""System checks of declared pages: mistakes that would otherwise show up as a page that breaks for one customer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.db.models.constants import LOOKUP_SEP

from modules.core.manifest import manifests
from modules.portal.pages import RecordPages, record_pages
from modules.portal.values import model_field


@register()
def portal_prefixes_are_unique(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Two modules may not claim one address."""
    claims: dict[str, list[str]] = defaultdict(list)
    for manifest in manifests:
        for prefix in manifest.portal:
            claims[prefix].append(manifest.key)
    return [
        Error(f"The portal prefix “{prefix}” is claimed by {' and '.join(keys)}.", id="portal.E001")
        for prefix, keys in claims.items()
        if len(keys) > 1
    ]


@register()
def record_pages_are_sound(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Every declaration stands on fields that exist, below an address of its own module."""
    return [message for pages in record_pages for message in _mistakes(pages)]


def _mistakes(pages: RecordPages) -> Iterator[CheckMessage]:
    name, manifest = type(pages).__name__, manifests.get(pages.model._meta.app_label)
    if manifest is not None and f"{pages.path}/" not in manifest.portal:
        hint = f'Add "{pages.path}/" to `portal` in the manifest of {manifest.key}.'
        yield Error(f"{name} stands below an address that its module does not claim.", hint=hint, id="portal.E002")
    for field in (pages.owner.partition(LOOKUP_SEP)[0], pages.lookup):
        if field != "pk" and model_field(pages, field) is None:
            yield Error(f"{name} names “{field}”, which {pages.model.__name__} does not have.", id="portal.E003")
    yield from _mistakes_of_creating(pages)
    if pages.list is None:
        return
    for filtered in pages.list.filters:
        if model_field(pages, filtered) is None:
            yield Error(f"{name} filters by “{filtered}”, which is no field.", id="portal.E004")
    for column in pages.list.columns:
        known = model_field(pages, column) or hasattr(pages, column) or hasattr(pages.model, column)
        if not known:
            yield Error(f"{name} has a column “{column}” that nothing answers to.", id="portal.E005")


def _mistakes_of_creating(pages: RecordPages) -> Iterator[CheckMessage]:
    """A new record belongs to its maker, who fills in fields that people may fill in, and is then shown its page."""
    name = type(pages).__name__
    if pages.create is None:
        return
    if LOOKUP_SEP in pages.owner or pages.detail is None:
        yield Error(f"{name} makes records, so `owner` must be their own field, and `detail` a page.", id="portal.E006")
    for asked in pages.create.fields:
        field = model_field(pages, asked)
        if field is None or not field.editable or asked in getattr(pages.model, "fixed_fields", ()):
            yield Error(f"{name} asks for “{asked}”, which nobody may fill in.", id="portal.E007")
