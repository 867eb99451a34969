"""Views of lists: kept, opened, changed, shared, removed and brought back; never a right more than the reader's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from modules.accounts.models import User
from modules.console.models import ListSetting, SavedView
from modules.core.models import AuditEntry
from modules.films.choices import OrderState
from modules.films.models import Order
from tests.factories.accounts import StaffFactory
from tests.factories.orders import OrderRowFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
ORDERS = "/console/films/order/"
PAID = "?o=placed_at&state__exact=paid"


@pytest.fixture
def client(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


@pytest.fixture
def clerk(client_of: ClientOf) -> Client:
    return client_of(StaffFactory(email="clerk@example.test", permissions=["films.view_order"]))


def save(client: Client, name: str = "To ship", query: str = PAID, **more: Any) -> SavedView:
    response = client.post(f"{ORDERS}views/", {"name": name, "query": query, **more})
    assert response.status_code == 303
    return SavedView.objects.get(name=name, removed_at=None)


def press(client: Client, view: SavedView, verb: str, **data: Any) -> int:
    return int(client.post(f"{ORDERS}views/{view.pk}/{verb}/", data).status_code)


def test_a_view_keeps_filters_order_columns_and_size(client: Client) -> None:
    view = save(client, query=f"{PAID}&columns=number&columns=gross&size=10&q=AB&p=4&view=7")
    assert view.query == {
        "columns": ["number", "gross"], "o": ["placed_at"], "q": ["AB"], "size": ["10"], "state__exact": ["paid"],
    }  # fmt: skip
    opened = client.get(f"{ORDERS}views/{view.pk}/", follow=True)
    page = opened.context["list_page"]
    assert opened.redirect_chain[0][0].startswith(f"{ORDERS}?columns=number&columns=gross&o=placed_at")
    assert (page.view, page.is_changed) == (view, False)
    assert opened.context["cl"].column_names[1:] == ["number", "gross"]
    assert AuditEntry.objects.get(record_type="console.saved_view").action == "created"


def test_the_view_it_opens_with_comes_without_a_query_and_only_then(client: Client, owner: User) -> None:
    OrderRowFactory(state=OrderState.CANCELLED)
    first = save(client, name="First", opens="on")
    assert client.get(ORDERS)["Location"] == f"{ORDERS}{PAID}&view={first.pk}"
    assert client.get(f"{ORDERS}?view=all").context["cl"].result_count == 1
    second = save(client, name="Second", query="?state__exact=shipped", opens="on")
    assert f"view={second.pk}" in client.get(ORDERS)["Location"]
    assert ListSetting.objects.filter(user=owner).count() == 1
    press(client, second, "plain")
    assert client.get(ORDERS).status_code == 200


def test_one_setting_a_person_and_list_and_one_view_of_a_name(owner: User) -> None:
    def refused(make: Callable[[], object]) -> bool:
        try:
            with transaction.atomic():
                make()
        except IntegrityError:
            return True
        return False

    ListSetting.objects.create(user=owner, model="films.order")
    SavedView.objects.create(owner=owner, model="films.order", name="A")
    assert refused(lambda: ListSetting.objects.create(user=owner, model="films.order"))
    assert refused(lambda: SavedView.objects.create(owner=owner, model="films.order", name="A"))
    assert refused(lambda: SavedView.objects.create(owner=owner, model="films.order", name=""))
    assert not refused(lambda: SavedView.objects.create(owner=owner, model="films.film", name="A"))


@pytest.mark.parametrize(("name", "told"), [("To ship", "already have a view"), ("  ", "Enter a name"), ("x" * 61, "")])
def test_a_name_that_will_not_do_is_told_at_its_field(client: Client, name: str, told: str) -> None:
    save(client)
    response = client.post(f"{ORDERS}views/", {"name": name, "query": "?state__exact=shipped"})
    text = response.content.decode()
    assert response.status_code == 422
    assert told in text
    assert 'aria-describedby="name-error"' in text
    assert 'value="?state__exact=shipped"' in text


def test_a_changed_view_can_be_saved_renamed_and_removed_with_undo(client: Client) -> None:
    view = save(client)
    changed = client.get(f"{ORDERS}?state__exact=shipped&view={view.pk}")
    assert changed.context["list_page"].is_changed
    assert "Save changes" in changed.content.decode()
    assert press(client, view, "update", query="?state__exact=shipped") == 303
    assert press(client, view, "rename", name="On the way") == 303
    view.refresh_from_db()
    assert (view.name, view.query) == ("On the way", {"state__exact": ["shipped"]})

    gone = client.post(f"{ORDERS}views/{view.pk}/remove/", follow=True).content.decode()
    assert f'action="{ORDERS}views/{view.pk}/restore/"' in gone
    assert client.get(f"{ORDERS}views/{view.pk}/").status_code == 404
    assert press(client, view, "update", query="") == 404
    assert press(client, view, "restore") == 303
    assert client.get(f"{ORDERS}views/{view.pk}/").status_code == 302
    words = AuditEntry.objects.filter(record_type="console.saved_view").order_by("id").values_list("action", flat=True)
    assert list(words) == ["created", "changed", "changed", "deleted", "restored"]


def test_a_removed_view_does_not_open_the_list_and_leaves_its_name_free(client: Client) -> None:
    view = save(client, opens="on")
    press(client, view, "remove")
    assert client.get(ORDERS).status_code == 200
    save(client)
    assert press(client, view, "restore") == 409
    assert SavedView.objects.get(pk=view.pk).removed_at is not None


def test_columns_within_a_view_belong_to_its_address(client: Client, owner: User) -> None:
    view = save(client)
    response = client.post(f"{ORDERS}columns/", {"columns": ["gross", "number"], "query": PAID, "view": view.pk})
    assert "columns=gross&columns=number" in response["Location"]
    assert f"view={view.pk}" in response["Location"]
    assert client.get(response["Location"]).context["list_page"].is_changed
    assert not ListSetting.objects.filter(user=owner).exclude(columns=[]).exists()


# Sharing


def test_a_shared_view_is_opened_by_all_and_changed_by_its_owner_alone(client: Client, clerk: Client) -> None:
    view = save(client, is_shared="on")
    page = clerk.get(ORDERS)
    assert [shared.name for shared in page.context["list_page"].shared_views] == ["To ship"]
    assert clerk.get(f"{ORDERS}views/{view.pk}/", follow=True).context["list_page"].view == view
    assert press(clerk, view, "open") == 303
    assert f"view={view.pk}" in clerk.get(ORDERS)["Location"]
    for verb in ("update", "rename", "share", "unshare", "remove", "restore"):
        assert press(clerk, view, verb, name="Mine", query="") == 403, verb
    press(client, view, "unshare")
    assert clerk.get(ORDERS).status_code == 200  # it opens plainly again
    assert clerk.get(f"{ORDERS}views/{view.pk}/").status_code == 404
    for verb in ("open", "update", "rename", "remove", "restore"):
        assert press(clerk, view, verb, name="Mine", query="") == 404, verb


def test_f37_sharing_needs_its_permission(clerk: Client) -> None:
    view = save(clerk, is_shared="on")
    assert not view.is_shared
    assert press(clerk, view, "share") == 403
    assert not SavedView.objects.get().is_shared


def test_f37_a_shared_view_gives_no_right(
    client: Client, client_of: ClientOf, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = save(client, query="?email__gte=a&columns=number&columns=email", is_shared="on")
    order = OrderRowFactory(email="secret@example.test")
    packer = client_of(StaffFactory(permissions=["films.view_film"]))
    assert packer.get(f"{ORDERS}views/{view.pk}/").status_code == 403
    assert press(packer, view, "open") == 403
    monkeypatch.setattr(Order, "hidden_fields", frozenset({"email"}), raising=False)
    opened = clerk.get(f"{ORDERS}views/{view.pk}/", follow=True)
    assert opened.status_code == 200
    assert "email" not in opened.redirect_chain[0][0].replace("columns=email", "")
    assert order.email not in opened.content.decode()
    assert opened.context["cl"].column_names == ["number"]


def test_f38_nobody_posts_a_view_into_another_list_or_name(client: Client, owner: User) -> None:
    stranger = StaffFactory()
    view = save(client, owner=stranger.pk, model="accounts.user", removed_at="2020-01-01", id="77")
    assert (view.owner_id, view.model, view.removed_at) == (owner.pk, "films.order", None)
    assert client.get(f"/console/films/film/views/{view.pk}/").status_code == 404
    assert client.post(f"/console/films/film/views/{view.pk}/remove/").status_code == 404


def test_f44_a_get_changes_no_view(client: Client) -> None:
    view = save(client)
    for verb in ("remove", "update", "share", "open"):
        assert client.get(f"{ORDERS}views/{view.pk}/{verb}/").status_code == 405
    assert client.get(f"{ORDERS}views/").status_code == 405
