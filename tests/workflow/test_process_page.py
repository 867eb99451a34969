"""The page of a workflow in the console: its figures, its filter, and the records behind each figure."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from modules.accounts.models import User
from modules.core.actors import SYSTEM
from modules.workflow.api import fire
from modules.workflow.engine.history import append
from modules.workflow.mining import kept
from modules.workflow.mining.spans import share, short_span, span
from tests.factories.accounts import UserFactory
from tests.workflow import portal_urls
from tests.workflow.app.flows import ParcelFlow
from tests.workflow.app.models import Parcel

pytestmark = [pytest.mark.django_db, pytest.mark.urls(portal_urls.__name__)]
PAGE, RECORDS = "/console/workflow/parcels.parcel/", "/console/workflow/parcels.parcel/records/"


@pytest.fixture
def owner(client_of: Callable[[Any], Client]) -> Client:
    cache.clear()
    return client_of(UserFactory.create(is_staff=True, is_superuser=True))


@pytest.fixture
def send(make_parcel: Callable[..., Parcel], at: datetime) -> Callable[..., Parcel]:
    def make(day: int = 0, **fields: Any) -> Parcel:
        parcel = make_parcel(**fields)
        fire(parcel, "hand_over", actor=SYSTEM, at=at + timedelta(days=day + 2))
        fire(parcel, "send_off", actor=SYSTEM, at=at + timedelta(days=day + 5))
        return parcel

    return make


def text_of(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def links(text: str, part: str) -> list[str]:
    """The addresses of links that hold a text."""
    return [found for found in re.findall(r'<a href="([^"]*)"', text.replace("&amp;", "&")) if part in found]


def named(text: str) -> set[int]:
    """The keys of the parcels that a list of records shows."""
    return {int(found) for found in re.findall(r'<th scope="row">[^<]*?(\d+)', text)}


def test_the_picture_shows_who_stands_where_how_often_and_how_long(owner: Client, send: Any, make_parcel: Any) -> None:
    send()
    send()
    make_parcel()
    now, often, long = (text_of(owner, PAGE, view=view) for view in ("now", "often", "long"))
    assert "2 records · " in now
    assert "1 record · " in now
    assert "3 times" in often
    assert "2 days · 2 days" in long
    assert "3 days · 3 days" in long
    assert 'aria-current="page">How long' in long.replace("\n", "")


def test_each_figure_leads_to_its_records(owner: Client, send: Any, make_parcel: Any) -> None:
    sent, waiting = {send().pk for _ in range(2)}, make_parcel().pk
    text = text_of(owner, PAGE, view="often")
    [state] = set(links(text, "state=packed"))
    assert named(text_of(owner, state)) == sent
    for move in links(text, "step=hand_over"):
        assert named(text_of(owner, move)) == sent
    ways = list(dict.fromkeys(links(text, "way=")))
    assert [named(text_of(owner, way)) for way in ways] == [sent, {waiting}]
    [here] = set(links(text, "now=ordered"))
    assert named(text_of(owner, here)) == {waiting}


def test_a_step_from_several_states_is_told_together_in_the_picture_and_apart_in_the_list(
    owner: Client, make_parcel: Any, at: datetime
) -> None:
    ordered, packed = make_parcel(), make_parcel()
    fire(packed, "hand_over", actor=SYSTEM, at=at)
    for parcel in (ordered, packed):
        fire(parcel, "cancel", actor=SYSTEM, at=at, data={"reason": "Too late"})
    make_parcel()
    text = text_of(owner, PAGE, view="often")
    picture, words = text.split('class="workflow-ways"')
    [together] = links(picture, "step=cancel")
    assert named(text_of(owner, together)) == {ordered.pk, packed.pk}
    apart = links(words.split("</section>")[0], "step=cancel")
    assert [named(text_of(owner, address)) for address in apart] == [{ordered.pk}, {packed.pk}]


def test_what_was_never_designed_and_never_used_is_told(owner: Client, send: Any, at: datetime) -> None:
    parcel = send()
    append(ParcelFlow.flow.graph, parcel.pk, transition="move", source="sent", target="packed", actor=SYSTEM,
           at=at + timedelta(days=9))  # fmt: skip
    text = text_of(owner, PAGE)
    assert text.count("not designed") >= 2
    assert "Moved by hand" in text
    unused = text[text.index("Never used") :]
    assert '<li>Lose <span class="console-quiet">(Sent)</span></li>' in unused
    assert "<li>Send off " not in unused
    [again] = set(links(text, "state=packed&again=1"))
    assert named(text_of(owner, again)) == {parcel.pk}


def test_where_a_figure_counts_times_the_list_says_both(owner: Client, send: Any, at: datetime) -> None:
    send()
    parcel = send()
    append(ParcelFlow.flow.graph, parcel.pk, transition="move", source="sent", target="packed", actor=SYSTEM,
           at=at + timedelta(days=9))  # fmt: skip
    heading = r'id="records-title">[^<]*<span class="console-quiet">([^<]*)<'
    for address, shown in (
        ("state=packed", "2 · 3 times"),
        ("state=sent", "2"),
        ("step=move&from=sent&to=packed", "1"),
    ):
        assert re.findall(heading, text_of(owner, f"{RECORDS}?{address}")) == [shown]


def test_every_number_that_leads_on_is_the_number_of_the_list(
    owner: Client, send: Any, make_parcel: Any, at: datetime
) -> None:
    send(), make_parcel(), make_parcel(is_fragile=True)
    parcel = send()
    append(ParcelFlow.flow.graph, parcel.pk, transition="move", source="sent", target="packed", actor=SYSTEM,
           at=at + timedelta(days=9))  # fmt: skip
    seen = 0
    for asked in ({}, {"view": "often"}, {"view": "often", "with_is_fragile": "0"}):
        text = text_of(owner, PAGE, **asked).replace("&amp;", "&")
        for address, number in re.findall(rf'<a href="({RECORDS}[^"]*)">(\d+)(?: times?| records?)?[^<]*</a>', text):
            listed = text_of(owner, address)
            [(count, times)] = re.findall(r'<span class="console-quiet">(\d+)(?: · (\d+) times)?</span></h2>', listed)
            assert number == (times or count), address
            seen += 1
    assert seen > 30


def test_a_filter_narrows_every_figure_and_stays_in_every_address(
    owner: Client, send: Any, make_parcel: Any, at: datetime
) -> None:
    fragile, sound = make_parcel(is_fragile=True), send()
    text = text_of(owner, PAGE, with_is_fragile="1")
    assert "1 record, 0 steps." in text
    assert "<strong>Is fragile: Yes</strong>" in text
    [here] = set(links(text, "now=ordered"))
    assert "with_is_fragile=1" in here
    assert named(text_of(owner, here)) == {fragile.pk}
    assert "1 record, 2 steps." in text_of(owner, PAGE, with_is_fragile="0")
    day = at.date()
    assert "2 records, 2 steps." in text_of(owner, PAGE, began_from=str(day), began_to=str(day))
    late = text_of(owner, PAGE, began_from=str(day + timedelta(days=1)))
    assert "No record matches" in late
    assert f'href="{PAGE}"' in late
    assert named(text_of(owner, RECORDS, state="sent", began_to=str(day))) == {sound.pk}


def test_a_wrong_day_keeps_what_was_typed_and_says_what_to_do(owner: Client, send: Any) -> None:
    send()
    text = text_of(owner, PAGE, began_from="2026-11-20", began_to="2026-11-01")
    assert "Enter a day that is not before the first one." in text
    assert 'value="2026-11-20"' in text
    assert 'value="2026-11-01"' in text
    assert "1 record, 2 steps." in text


def test_the_cost_of_waiting_is_told_where_a_day_has_a_price(owner: Client, send: Any) -> None:
    send()
    send()
    assert "Cost of waiting" not in text_of(owner, PAGE)
    text = text_of(owner, PAGE, day_cost="2.50")
    assert re.findall(r'data-label="Cost of waiting">([^<]*)<', text) == ["€15", "€10"], "the dearest first"
    assert "A day of waiting costs (EUR)" in text
    with translation.override("es"):
        spanish = owner.get(PAGE, {"day_cost": "250"}, headers={"accept-language": "es"}).content.decode()
    costs = re.findall(r'<td class="is-number" data-label="[^"]*">([^<]*€)<', spanish)
    assert costs == ["1.500\xa0€", "1.000\xa0€"]


def test_nothing_yet_says_what_would_be_here(owner: Client) -> None:
    text = text_of(owner, PAGE)
    assert "Nothing has happened yet" in text
    assert "<svg" in text


def test_as_many_queries_for_many_records_as_for_one(owner: Client, send: Any) -> None:
    counts = []
    for more in (1, 12):
        for day in range(more):
            send(day)
        owner.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            owner.get(PAGE, {"view": "long"})
        with CaptureQueriesContext(connection) as listed:
            owner.get(RECORDS, {"state": "sent"})
        counts.append((len(captured), len(listed)))
    assert counts[0] == counts[1]


def test_f37_figures_and_records_are_for_those_who_may_see_the_records(client_of: Any, send: Any) -> None:
    send()
    nobody = client_of(UserFactory.create(is_staff=True))
    for address in (PAGE, RECORDS):
        assert nobody.get(address).status_code == 403
    assert client_of(UserFactory.create()).get(RECORDS).status_code in (302, 403)


def test_values_of_records_that_one_may_not_see_are_not_offered(client_of: Any, viewer_only: User, send: Any) -> None:
    send()
    text = text_of(client_of(viewer_only), PAGE)
    assert "with_is_fragile" in text
    assert "with_customer" not in text


@pytest.fixture
def viewer_only(db: None) -> User:
    """May see parcels, and nobody."""
    from django.contrib.auth.models import Permission

    user = UserFactory.create(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_parcel"))
    return user


def test_figures_that_took_long_are_kept_and_say_of_when_they_are(
    owner: Client, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send()
    assert "As of" not in text_of(owner, PAGE)
    monkeypatch.setattr(kept, "LONG", -1.0)
    text_of(owner, PAGE)
    send()
    text = text_of(owner, PAGE)
    assert "1 record, 2 steps. As of" in " ".join(text.split())
    assert "2 records · " in text


@pytest.mark.parametrize("query", [{"way": "000000000000"}, {"way": "x" * 5000}])
def test_a_way_that_is_not_there_is_not_found(owner: Client, send: Any, query: dict[str, str]) -> None:
    send()
    assert owner.get(RECORDS, query).status_code == 404


def test_odd_addresses_find_nothing_and_break_nothing(owner: Client, send: Any) -> None:
    send()
    for query in ({"now": "nowhere"}, {"step": "x", "from": "'", "to": '"'}, {"broken": "%"}, {"page": "-1"}):
        assert owner.get(RECORDS, query).status_code == 200
    assert owner.get(PAGE, {"view": "odd", "with_is_fragile": "2", "began_from": "soon"}).status_code == 200
    assert owner.get("/console/workflow/no.flow/records/").status_code == 404


def test_spans_and_shares_are_in_the_readers_words() -> None:
    assert [short_span(seconds) for seconds in (0, 59, 5400, 93_600, 40 * 86_400)] == [
        "0 sec", "59 sec", "1.5 hr", "1.1 days", "40 days",
    ]  # fmt: skip
    assert [share(part, 300) for part in (0, 1, 75, 300)] == ["0%", "<1%", "25%", "100%"]
    with translation.override("es"):
        assert (span(129_600), share(75, 300).replace("\xa0", " ")) == ("1,5 días", "25 %")
