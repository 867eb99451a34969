"""Catalogue rows are put away and come back; nothing is deleted, and a GET does nothing."""

from typing import Any

import pytest

from modules.accounts.models import User
from modules.core.models import AuditEntry
from modules.films.models import Location
from tests.factories.films import LocationFactory

pytestmark = pytest.mark.django_db
LIST = "/console/films/location/"


def archived(location: Location) -> bool:
    return Location.objects.get(pk=location.pk).archived_at is not None


def test_archiving_offers_an_undo_that_brings_the_record_back(client_of: Any, owner: User) -> None:
    location, client = LocationFactory.create(), client_of(owner)
    text = client.post(f"{LIST}{location.pk}/archive/", follow=True).content.decode()
    assert archived(location)
    undo = f"{LIST}{location.pk}/restore/"
    assert f'<form method="post" action="{undo}">' in text
    client.post(undo)
    assert not archived(location)
    assert list(AuditEntry.objects.order_by("id").values_list("action", "actor")) == [
        ("archived", owner.pk),
        ("restored", owner.pk),
    ]


def test_archiving_twice_leaves_one_trail_and_one_revision(client_of: Any, owner: User) -> None:
    location, client = LocationFactory.create(), client_of(owner)
    for _ in range(2):
        client.post(f"{LIST}{location.pk}/archive/")
    assert AuditEntry.objects.count() == 1
    assert Location.objects.get().revision == 2


def test_f44_a_get_archives_nothing(client_of: Any, owner: User) -> None:
    location, client = LocationFactory.create(), client_of(owner)
    assert client.get(f"{LIST}{location.pk}/archive/").status_code == 405
    assert not archived(location)


def test_f36_strangers_archive_nothing(client_of: Any, customer: User, staff: User) -> None:
    location = LocationFactory.create()
    staff.groups.clear()
    for user in (customer, staff):
        assert client_of(user).post(f"{LIST}{location.pk}/archive/").status_code == 403
    assert not archived(location)


def test_a_selection_is_archived_and_brought_back(client_of: Any, owner: User) -> None:
    locations, client = LocationFactory.create_batch(2), client_of(owner)
    chosen = [location.pk for location in locations]
    client.post(LIST, {"action": "archive_selected", "_selected_action": chosen})
    assert all(archived(location) for location in locations)
    client.post(LIST, {"action": "restore_selected", "_selected_action": chosen})
    assert not any(archived(location) for location in locations)


def test_what_can_be_archived_is_never_deleted(client_of: Any, owner: User) -> None:
    location, client = LocationFactory.create(), client_of(owner)
    assert client.post(f"{LIST}{location.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [location.pk], "post": "yes"})
    assert Location.objects.filter(pk=location.pk).exists()


def test_an_unknown_record_is_a_404(client_of: Any, owner: User) -> None:
    assert client_of(owner).post(f"{LIST}999/archive/").status_code == 404
