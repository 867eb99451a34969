"""Writing people. When a name changes, all films of the person are found by the new one."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from modules.core.actors import Actor
from modules.core.audit import audit, changes_between
from modules.films.models import Film, Person
from modules.films.rules.catalogue import free_slug, sort_name
from modules.films.services.search import reindex_films


@transaction.atomic
def add_person(*, name: str, actor: Actor, at: datetime, filed_under: str = "") -> Person:
    """Add somebody; namesakes are told apart by their addresses."""
    slug = free_slug(name, None, lambda slug: Person.objects.filter(slug=slug).exists())
    person = Person.objects.create(name=name, slug=slug, sort_name=filed_under or sort_name(name))
    audit(person, "created", actor=actor, at=at, changes={"name": [None, name]})
    return person


def people_named(names: Iterable[str]) -> dict[str, Person]:
    """People by name; those not known yet are added. Of namesakes the one known longest is meant."""
    wanted = list(dict.fromkeys(names))
    known: dict[str, Person] = {}
    for start in range(0, len(wanted), 500):
        for person in Person.objects.filter(name__in=wanted[start : start + 500]).order_by("-pk"):
            known[person.name] = person
    missing = [name for name in wanted if name not in known]
    if missing:
        taken = set(Person.objects.values_list("slug", flat=True))
        fresh = []
        for name in missing:
            slug = free_slug(name, None, taken.__contains__)
            taken.add(slug)
            fresh.append(Person(name=name, slug=slug, sort_name=sort_name(name)))
        known |= {person.name: person for person in Person.objects.bulk_create(fresh)}
    return known


@transaction.atomic
def rename_person(*, person: Person, name: str, actor: Actor, at: datetime, filed_under: str = "") -> Person:
    """Correct a name; all of the person's films are found by the new one."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    before = {"name": locked.name, "sort_name": locked.sort_name}
    locked.name, locked.sort_name = name, filed_under or sort_name(name)
    locked.revision += 1
    locked.save()
    reindex_films(Film.objects.filter(credits__person=locked).distinct().values_list("pk", flat=True))
    after = {"name": locked.name, "sort_name": locked.sort_name}
    audit(locked, "changed", actor=actor, at=at, changes=changes_between(before, after))
    return locked
