"""Who may reach what: every address of the product is classified here, and asked for as everybody.

A new address fails until it stands in the table. Console addresses (`admin:*` and those under `/console/`) need no row:
all of them are for staff.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = "public"  # anybody gets an answer
SIGNED_IN = "signed in"  # others are asked to sign in
OWNER = "owner"  # strangers get 404, who has not signed in 404 or the way to sign in
DOOR = "door"  # POST only, answers machines or forms of anybody
DEMO = "demo"  # 404 without the demo setting
REST = "allauth"  # allauth's own steps, which lead elsewhere when entered in the middle

TABLE = {
    "account_change_password": SIGNED_IN,
    "account_complete_password_reset": REST,
    "account_confirm_login_code": REST,
    "account_confirm_password_reset_code": REST,
    "account_email": SIGNED_IN,
    "account_email_verification_sent": REST,
    "account_inactive": PUBLIC,
    "account_login": PUBLIC,
    "account_logout": REST,
    "account_password_reset_completed": REST,
    "account_reauthenticate": SIGNED_IN,
    "account_request_login_code": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_set_password": SIGNED_IN,
    "account_signup": PUBLIC,
    "accounts:invitation": PUBLIC,
    "accounts:language": DOOR,
    "accounts:open": PUBLIC,
    "accounts:profile": SIGNED_IN,
    "accounts:recovery_codes": SIGNED_IN,
    "accounts:recovery_codes_file": SIGNED_IN,
    "accounts:view_as_stop": SIGNED_IN,
    "billing:credit_note": OWNER,
    "billing:invoice": OWNER,
    "billing:payment": OWNER,
    "billing:payment_return": OWNER,
    "billing:stripe_webhook": DOOR,
    "core:file": OWNER,
    "core:health_live": PUBLIC,
    "core:health_ready": PUBLIC,
    "core:health_version": PUBLIC,
    "films:basket_add": DOOR,
    "films:basket_change": DOOR,
    "films:basket_confirm": DOOR,
    "films:basket_detail": PUBLIC,
    "films:checkout": PUBLIC,
    "films:film_detail": PUBLIC,
    "films:film_list": PUBLIC,
    "films:home": PUBLIC,
    "films:library": SIGNED_IN,
    "films:order_pay": OWNER,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_authenticate": REST,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "notifications:count": PUBLIC,
    "notifications:inbox": SIGNED_IN,
    "notifications:latest": PUBLIC,
    "notifications:mark_all_read": SIGNED_IN,
    "notifications:mark_read": SIGNED_IN,
    "notifications:open": SIGNED_IN,
    "notifications:preferences": SIGNED_IN,
    "notifications:sent_mail_detail": DEMO,
    "notifications:sent_mail_html": DEMO,
    "notifications:sent_mail_list": DEMO,
    "notifications:unsubscribe": PUBLIC,
    "portal:films_order_detail": OWNER,
    "portal:films_order_list": SIGNED_IN,
    "portal:films_order_live": OWNER,
    "portal:suggestions_suggestion_create": SIGNED_IN,
    "portal:suggestions_suggestion_detail": OWNER,
    "portal:suggestions_suggestion_list": SIGNED_IN,
    "portal:suggestions_suggestion_live": OWNER,
    "workflow:films_order_transition": OWNER,
    "workflow:suggestions_suggestion_transition": OWNER,
    "workflow:own_work": SIGNED_IN,
    "workflow:work": PUBLIC,
}
SAMPLES: dict[str, object] = {"pk": 1, "object_id": "1", "uuid": uuid4(), "content_type_id": 1}

pytestmark = pytest.mark.django_db


def addresses(patterns: Any = None, names: tuple[str, ...] = (), path: str = "") -> Iterator[tuple[str, str]]:
    """Every (name, address) with sample values in place of arguments."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from addresses(entry.url_patterns, inner, path + filled(entry))
        elif isinstance(entry, URLPattern):
            yield ":".join((*names, entry.name or "")), "/" + path + filled(entry)


def filled(entry: URLPattern | URLResolver) -> str:
    pattern = entry.pattern
    route = str(pattern)
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__
        value = uuid4() if kind == "UUIDConverter" else 1 if kind == "IntConverter" else "films.order"
        if kind == "SlugConverter":
            value = "no-such-thing"
        for form in (f"<{name}>", *(f"<{prefix}:{name}>" for prefix in ("int", "str", "slug", "uuid", "path"))):
            route = route.replace(form, str(value))
        if "<" in route:
            start, end = route.index("<"), route.index(">")
            route = route[:start] + str(value) + route[end + 1 :]
    return route.replace("^", "").replace("$", "").replace("(?P", "").replace("\\Z", "")


def portal_addresses() -> list[tuple[str, str]]:
    return [(name, path) for name, path in addresses() if not path.startswith("/console/")]


def console_addresses() -> list[str]:
    skipped = ("admin:logout", "admin:jsi18n", "admin:login", "admin:csp_report")
    return [
        path
        for name, path in addresses()
        if path.startswith("/console/") and name not in skipped and "(" not in path and "[" not in path
    ]


def test_every_address_is_classified() -> None:
    found = {name for name, path in portal_addresses() if not path.startswith("/csp-report")}
    assert found - TABLE.keys() == set()
    assert TABLE.keys() - found == set()


def to_sign_in(response: Any) -> bool:
    return response.status_code in (302, 303) and "/login/" in response["Location"]


def test_public_pages_answer_anybody(client: Client) -> None:
    for name, path in portal_addresses():
        if TABLE.get(name) == PUBLIC:
            assert client.get(path).status_code in (200, 204, 286, 303, 404, 409, 410, 503), path
            assert not to_sign_in(client.get(path)), path


def test_who_has_not_signed_in_is_asked_to(client: Client) -> None:
    for name, path in portal_addresses():
        if TABLE.get(name) == SIGNED_IN:
            answers = [client.get(path), client.post(path)]
            assert all(to_sign_in(answer) or answer.status_code in (204, 405) for answer in answers), path
            assert any(to_sign_in(answer) or answer.status_code == 204 for answer in answers), path


def test_f36_what_is_not_mine_is_not_there(client_of: Any, stranger: Any) -> None:
    for client in (Client(), client_of(stranger)):
        for name, path in portal_addresses():
            if TABLE.get(name) == OWNER:
                for answer in (client.get(path), client.post(path)):
                    assert answer.status_code in (404, 405, 410) or to_sign_in(answer), path


def test_doors_take_posts_only(client: Client) -> None:
    for name, path in portal_addresses():
        if TABLE.get(name) == DOOR:
            assert client.get(path).status_code == 405, path


def test_demo_pages_are_not_there_without_the_demo(client: Client, client_of: Any, owner: Any) -> None:
    for name, path in portal_addresses():
        if TABLE.get(name) == DEMO:
            assert client.get(path).status_code == 404, path
            assert client_of(owner).get(path).status_code == 404, path


def test_f37_the_console_is_for_staff_alone(client_of: Any, customer: Any) -> None:
    paths = console_addresses()
    assert len(paths) > 40
    anonymous, signed_in = Client(), client_of(customer)
    for path in paths:
        for answer in (anonymous.get(path), anonymous.post(path)):
            assert to_sign_in(answer) or answer.status_code == 405, path
        for answer in (signed_in.get(path), signed_in.post(path)):
            assert answer.status_code in (403, 404, 405), (path, answer.status_code)


def test_a_clerk_reads_and_does_only_what_the_role_allows(client_of: Any, staff: Any) -> None:
    client = client_of(staff)
    assert client.get("/console/").status_code == 200
    assert client.get("/console/films/order/").status_code == 200
    assert client.get("/console/accounts/user/").status_code == 403
    assert client.get("/console/films/film/add/").status_code == 403


def test_f44_exactly_one_view_is_exempt_from_csrf() -> None:
    exempt = [
        name
        for name, callback in callbacks()
        if getattr(callback, "csrf_exempt", False) and not name.startswith(("admin:", "core:csp", "console:"))
    ]
    assert exempt == ["billing:stripe_webhook"]


def callbacks(patterns: Any = None, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = (*names, entry.namespace) if entry.namespace else names
            yield from callbacks(entry.url_patterns, inner)
        else:
            yield ":".join((*names, entry.name or "")), entry.callback
