"""Genres, films, roles and people: listed, shown, made, changed and removed with the right to it and not without."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from modules.accounts import services
from modules.accounts.models import Role, User
from modules.accounts.services.invitations import invite
from modules.core.actors import SYSTEM, Actor
from modules.core.errors import NotAllowed
from modules.films.models import Film, Genre
from modules.films.services.films import archive_film, create_film, edit_film, restore_film
from modules.films.services.genres import remove_genre, save_genre
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.films import FilmFactory, GenreFactory

pytestmark = pytest.mark.django_db
Verb = Callable[[Actor, datetime], Any]


def genre(**names: str) -> Genre:
    made: Genre = GenreFactory.create()
    return made


def film() -> Film:
    made: Film = FilmFactory.create()
    return made


def own_role(at: datetime) -> Role:
    return services.create_role(title="Own", actor=SYSTEM, at=at)


VERBS: dict[str, Verb] = {
    "films.add_genre": lambda actor, at: save_genre(genre=Genre(), names={"en": "New"}, actor=actor, at=at),
    "films.change_genre": lambda actor, at: save_genre(genre=genre(), names={"en": "Other"}, actor=actor, at=at),
    "films.delete_genre": lambda actor, at: remove_genre(genre=genre(), actor=actor, at=at),
    "films.add_film": lambda actor, at: create_film(title="New", year=2001, actor=actor, at=at),
    "films.change_film": lambda actor, at: edit_film(film=film(), changes={"runtime": 99}, actor=actor, at=at),
    "films.delete_film": lambda actor, at: (
        archive_film(film=(one := film()), actor=actor, at=at),
        restore_film(film=one, actor=actor, at=at),
    ),
    "accounts.add_role": lambda actor, at: services.create_role(title="New", actor=actor, at=at),
    "accounts.change_role": lambda actor, at: services.rename_role(own_role(at), title="Other", actor=actor, at=at),
    "accounts.delete_role": lambda actor, at: services.remove_role(own_role(at), actor=actor, at=at),
    "accounts.add_invitation": lambda actor, at: invite(email="n@example.test", is_staff=False, actor=actor, at=at),
    "accounts.change_user": lambda actor, at: services.edit_user(
        UserFactory.create(), changes={"name": "Other"}, actor=actor, at=at
    ),
    "accounts.delete_user": lambda actor, at: services.deactivate_user(UserFactory.create(), actor=actor, at=at),
}


@pytest.mark.parametrize("permission", VERBS)
def test_f37_each_verb_takes_its_right(permission: str, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        VERBS[permission](Actor.of(StaffFactory.create()), at)
    others = [name for name in VERBS if name != permission]
    with pytest.raises(NotAllowed):
        VERBS[permission](Actor.of(StaffFactory.create(permissions=others)), at)
    VERBS[permission](Actor.of(StaffFactory.create(permissions=[permission])), at)


@pytest.mark.parametrize("kind", ["films/genre", "films/film", "accounts/role", "accounts/user", "accounts/invitation"])
def test_lists_and_pages_take_the_right_to_see(client_of: Any, kind: str, at: datetime) -> None:
    record = {
        "films/genre": genre,
        "films/film": film,
        "accounts/role": lambda: own_role(at),
        "accounts/user": UserFactory.create,
        "accounts/invitation": lambda: invite(email="n@example.test", is_staff=False, actor=SYSTEM, at=at),
    }[kind]()
    app, model = kind.split("/")
    reader = client_of(StaffFactory.create(permissions=[f"{app}.view_{model}"]))
    stranger = client_of(StaffFactory.create())
    for url in (f"/console/{kind}/", f"/console/{kind}/{record.pk}/change/"):
        assert reader.get(url).status_code == 200
        assert stranger.get(url).status_code == 403
    assert reader.post(f"/console/{kind}/{record.pk}/change/", {}).status_code == 403
    assert reader.post(f"/console/{kind}/{record.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_film_is_archived_with_the_right_to_remove_and_not_with_the_right_to_change(client_of: Any) -> None:
    one = film()
    url = f"/console/films/film/{one.pk}/archive/"
    changer = StaffFactory.create(permissions=["films.view_film", "films.change_film"])
    assert client_of(changer).post(url).status_code == 403
    remover: User = StaffFactory.create(permissions=["films.view_film", "films.delete_film"])
    assert client_of(remover).post(url).status_code == 302
    one.refresh_from_db()
    assert one.archived_at is not None


def test_a_role_of_a_module_is_not_removed(at: datetime) -> None:
    with pytest.raises(NotAllowed, match="belongs to a module"):
        services.remove_role(Role.objects.get(key="films.clerk"), actor=SYSTEM, at=at)
