"""Editions and copies of a batch of rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from modules.core.actors import Actor
from modules.films.choices import LocationKind
from modules.films.models import Edition, EditionPrice, Film, Location
from modules.films.rules.imports import EditionRow, FilmRow, ImportReport, RowProblem
from modules.films.services.deliveries import Delivery, receive_deliveries


def write_editions(
    rows: Sequence[FilmRow],
    films: Mapping[tuple[str, int], Film],
    report: ImportReport,
    *,
    source: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Add editions that are not known by their SKU, with their first price, and receive their copies once.

    The price and the format of a known edition stay as the shop has set them.
    """
    told = [(films[row.identity], row, edition) for row in rows for edition in row.editions]
    if not told:
        return
    known = {edition.sku: edition for edition in Edition.objects.filter(sku__in=[row.sku for _, _, row in told])}
    fresh: dict[str, Edition] = {}
    for film, row, edition in told:
        holder = known.get(edition.sku) or fresh.get(edition.sku)
        if holder is None:
            fresh[edition.sku] = _edition(film, edition)
        elif holder.film_id != film.pk:
            report.problems.append(RowProblem(row.line, "sku", f"{edition.sku} belongs to another film"))
    Edition.objects.bulk_create(fresh.values())
    EditionPrice.objects.bulk_create(
        EditionPrice(edition=edition, price=edition.price, currency=edition.currency, starts_at=at, actor=actor.user)
        for edition in fresh.values()
    )
    report.editions_added += len(fresh)
    report.copies_received += receive_deliveries(
        deliveries=_deliveries([(film, edition) for film, _, edition in told], known | fresh),
        document=f"import:{source}",
        actor=actor,
        at=at,
    )


def _edition(film: Film, row: EditionRow) -> Edition:
    return Edition(
        film=film,
        sku=row.sku,
        format=row.format,
        ean=row.ean,
        price=row.price,
        currency=row.price.currency,
        tax_class=row.tax_class,
        on_sale_from=row.on_sale_from,
    )


def _deliveries(told: Sequence[tuple[Film, EditionRow]], editions: Mapping[str, Edition]) -> list[Delivery]:
    slugs = {slug for _, row in told for slug in row.copies}
    places = {location.slug: location for location in Location.objects.filter(slug__in=slugs)}
    for slug in sorted(slugs - set(places)):
        name = slug.replace("-", " ").capitalize()
        kind = LocationKind.WAREHOUSE if slug == LocationKind.WAREHOUSE else LocationKind.STORE
        places[slug] = Location.objects.create(slug=slug, name=name, kind=kind)
    return [
        Delivery(editions[row.sku].pk, places[slug].pk, copies, row.unit_cost)
        for film, row in told
        if editions[row.sku].film_id == film.pk
        for slug, copies in row.copies.items()
    ]
