"""The console's Content-Security-Policy is the portal's, style attributes excepted."""

from typing import Any

import pytest
from django.test import Client

from modules.accounts.models import User

pytestmark = pytest.mark.django_db


def policy(response: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: sorted("nonce" if "nonce-" in value else value for value in values) for name, *values in parts}


def test_the_console_enforces_what_the_portal_enforces(client_of: Any, owner: User) -> None:
    console, portal = client_of(owner).get("/console/"), Client().get("/account/login/")
    assert "Content-Security-Policy-Report-Only" not in console
    strict = policy(console)
    assert strict.pop("style-src-attr") == ["'unsafe-inline'"]
    assert strict["script-src"] == strict["style-src"] == ["'self'", "nonce"]
    unlike = {name for name, values in policy(portal).items() if strict.get(name) != values}
    assert unlike <= {"script-src", "style-src"}  # the portal names a nonce only where a page asks for one
    assert not any("unsafe" in value for values in strict.values() for value in values)


@pytest.mark.parametrize("path", ["/console/", "/console/films/film/", "/console/films/film/add/", "/console/palette/"])
def test_the_one_inline_style_has_the_nonce_of_the_policy(client_of: Any, owner: User, path: str) -> None:
    response = client_of(owner).get(path)
    nonce = response["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    page = response.content.decode()
    assert page.count("<style") == page.count(f'nonce="{nonce}"') == 1
    assert "<script>" not in page


@pytest.mark.parametrize("path", ["/console/films/film/999999/change/", "/console/nowhere/"])
def test_pages_that_are_not_there_are_strict_as_well(client_of: Any, owner: User, path: str) -> None:
    response = client_of(owner).get(path)
    assert "unsafe-eval" not in response["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy(response)["script-src"]
