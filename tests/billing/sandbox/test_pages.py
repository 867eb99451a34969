"""The hosted pages without JavaScript: a small browser that follows forms by hand."""

import http.client
import re
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

GOOD = {"email": "ana@demo.test", "number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "name": "Ana"}
NO_MONEY = {"en": "No money moves.", "es": "No se mueve dinero."}


@dataclass
class Seen:
    status: int
    text: str
    headers: dict[str, str]


@pytest.fixture
def browse(sandbox: Any) -> Any:
    def go(url: str, form: dict[str, str] | None = None, language: str = "en") -> Seen:
        headers = {"Accept-Language": language, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)) as connection:
            method = "GET" if form is None else "POST"
            connection.request(method, urlsplit(url).path, body=urlencode(form or {}), headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status != 303 and "html" in str(answer.headers["Content-Type"]):
            assert NO_MONEY["es" if 'lang="es"' in text else "en"] in text
        return Seen(answer.status, text, dict(answer.headers))

    return go


def errors_in(seen: Seen) -> dict[str, str]:
    return dict(re.findall(r'id="(\w+)-error">([^<]+)<', seen.text))


def test_4242_pays_and_leads_to_the_shop(browse: Any, session: Any, sandbox: Any) -> None:
    page = browse(session.url)
    assert (page.status, "Pay €25.00" in page.text, "Alien &lt;DVD&gt;" in page.text) == (200, True, True)
    done = browse(session.url, GOOD)
    assert (done.status, done.headers["Location"]) == (303, f"http://localhost:8000/thanks?session={session.id}")
    body = sandbox.objects("checkout.session")[0]
    assert (body["status"], body["customer_details"]["email"]) == ("complete", "ana@demo.test")
    assert sandbox.objects("charge")[0]["billing_details"]["name"] == "Ana"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("4000 0000 0000 0002", "Your card was declined. Try another card."),
        ("4000000000009995", "Your card has not enough money. Try another card."),
        ("4000000000000069", "Your card has expired. Try another card."),
    ],
)
def test_a_refused_card_says_why_and_another_pays(browse: Any, session: Any, number: str, message: str) -> None:
    refused = browse(session.url, GOOD | {"number": number})
    assert (refused.status, errors_in(refused)) == (200, {"number": message})
    assert f'value="{number}"' in refused.text
    assert 'value="ana@demo.test"' in refused.text
    assert browse(session.url, GOOD).status == 303


@pytest.mark.parametrize("number", ["4000000000003155", "4000002500003155"])
def test_3d_secure_asks_and_approval_pays(browse: Any, session: Any, sandbox: Any, number: str) -> None:
    asked = browse(session.url, GOOD | {"number": number})
    question = browse(asked.headers["Location"])
    assert "Your bank asks: do you want to pay €25.00 with the card ending in 3155?" in question.text
    assert sandbox.objects("charge") == []
    done = browse(asked.headers["Location"], {"answer": "approve"})
    assert done.headers["Location"].startswith("http://localhost:8000/thanks")
    assert browse(asked.headers["Location"]).text.count("There is nothing to approve") == 2


def test_3d_secure_refused_leads_back_to_the_form(browse: Any, session: Any) -> None:
    asked = browse(session.url, GOOD | {"number": "4000000000003155"}).headers["Location"]
    back = browse(asked, {"answer": "refuse"}).headers["Location"]
    assert back == f"/pay/{session.id}"
    assert "You refused the payment at your bank." in errors_in(browse(back))["number"]
    assert browse(back, GOOD).status == 303


def test_3d_secure_without_a_session_leads_to_the_return_url(browse: Any, client: Any) -> None:
    params: Any = {
        "amount": 500,
        "currency": "eur",
        "confirm": True,
        "payment_method": "pm_card_authenticationRequired",
    }
    intent = client.v1.payment_intents.create({**params, "return_url": "http://localhost:8000/back?order=1"})
    url = intent.next_action.redirect_to_url.url
    assert "form-action 'self' http://localhost:8000" in browse(url).headers["Content-Security-Policy"]
    back = browse(url, {"answer": "approve"}).headers["Location"]
    assert back.startswith(f"http://localhost:8000/back?order=1&payment_intent={intent.id}")
    assert back.endswith("redirect_status=succeeded")


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"email": "nobody"}, "email", "Enter an e-mail address, for example name@example.com"),
        ({"number": ""}, "number", "Enter a card number"),
        ({"number": "4242 4242"}, "number", "Enter all digits of the card number"),
        ({"expiry": "13/34"}, "expiry", "Enter the expiry date as month and year, for example 12/34"),
        ({"expiry": "soon"}, "expiry", "Enter the expiry date as month and year, for example 12/34"),
        ({"expiry": "12/20"}, "expiry", "Enter an expiry date in the future"),
        ({"cvc": "12"}, "cvc", "Enter the 3 digits of the security code"),
        ({"cvc": "<b>"}, "cvc", "Enter the 3 digits of the security code"),
    ],
)
def test_a_field_that_is_wrong_says_what_to_do(
    browse: Any, session: Any, sandbox: Any, wrong: dict[str, str], field: str, message: str
) -> None:
    seen = browse(session.url, GOOD | wrong)
    assert (seen.status, errors_in(seen)) == (200, {field: message})
    assert f'<a href="#{field}">{message}</a>' in seen.text
    assert f'aria-describedby="{field}-error"' in seen.text or f' {field}-error"' in seen.text
    assert "<b>" not in seen.text
    assert sandbox.objects("charge") == []


def test_a_real_card_is_refused_and_not_shown_or_kept(browse: Any, session: Any, sandbox: Any) -> None:
    seen = browse(session.url, GOOD | {"number": "4539 1488 0343 6467"})
    assert "takes no real cards" in errors_in(seen)["number"]
    assert "6467" not in seen.text
    assert "6467" not in str(sandbox.control.state())


@pytest.mark.parametrize("expiry", ["12/34", "12/2034", "1234", "12 / 34", "12-34"])
def test_an_expiry_date_is_read_in_many_ways(browse: Any, session: Any, expiry: str) -> None:
    assert browse(session.url, GOOD | {"expiry": expiry}).status == 303


def test_a_second_press_leads_to_the_shop_without_a_second_charge(browse: Any, session: Any, sandbox: Any) -> None:
    first, second = browse(session.url, GOOD), browse(session.url, GOOD)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(sandbox.objects("charge")) == 1
    again = browse(session.url)
    assert (again.status, "This order is paid" in again.text) == (200, True)
    assert f'href="http://localhost:8000/thanks?session={session.id}"' in again.text


def test_an_expired_session_says_so_and_links_back(browse: Any, session: Any, sandbox: Any) -> None:
    sandbox.advance(25 * 3600)
    for form in (None, GOOD):
        seen = browse(session.url, form)
        assert (seen.status, "This payment page has expired" in seen.text) == (200, True)
        assert 'href="http://localhost:8000/basket/"' in seen.text
    assert sandbox.objects("charge") == []


def test_a_session_that_expires_during_3d_secure_takes_nothing(
    browse: Any, session: Any, sandbox: Any, client: Any
) -> None:
    asked = browse(session.url, GOOD | {"number": "4000000000003155"}).headers["Location"]
    client.v1.checkout.sessions.expire(session.id)
    assert "There is nothing to approve" in browse(asked, {"answer": "approve"}).text
    assert sandbox.objects("charge") == []


def test_an_unknown_address_is_404_in_words(browse: Any) -> None:
    for path in ("/pay/cs_test_nothing", "/authenticate/pi_nothing", "/", "/pay/a/b"):
        seen = browse(path)
        assert (seen.status, "Page not found" in seen.text) == (404, True)


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "fr,en;q=0.5,es;q=0.7", "es"),
        (None, "fr", "en"),
        (None, "", "en"),
        ("auto", "es", "es"),
        ("es", "en", "es"),
        ("en", "es", "en"),
        ("fr", "es", "en"),
    ],
)
def test_the_page_speaks_the_sessions_or_the_browsers_language(
    browse: Any, session_with: Any, locale: str | None, accepted: str, language: str
) -> None:
    session = session_with(**({"locale": locale} if locale else {}))
    seen = browse(session.url, language=accepted)
    assert f'<html lang="{language}">' in seen.text
    assert {"es": "Pagar 25,00\N{NO-BREAK SPACE}€", "en": "Pay €25.00"}[language] in seen.text


def test_an_e_mail_that_the_shop_gave_is_not_asked_again(browse: Any, session_with: Any, sandbox: Any) -> None:
    session = session_with(customer_email="eva@demo.test")
    page = browse(session.url)
    assert ('name="email"' in page.text, "eva@demo.test" in page.text) == (False, True)
    browse(session.url, GOOD)
    assert sandbox.objects("checkout.session")[0]["customer_details"]["email"] == "eva@demo.test"


def test_pages_are_strict_and_lead_to_the_shop_only(browse: Any, session: Any) -> None:
    page = browse(session.url)
    assert page.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'self' http://localhost:8000"
    )
    assert not re.search(r"<script|<style| style=| on\w+=", page.text)
    assert browse("/pay/checkout.css").headers["Content-Type"] == "text/css; charset=utf-8"
    assert {"Referrer-Policy", "X-Content-Type-Options"} <= set(page.headers)


def test_every_word_is_there_in_both_languages() -> None:
    from modules.billing.sandbox.words import ENGLISH, SPANISH

    assert set(ENGLISH) == set(SPANISH)
    braces = re.compile(r"\{\w+\}")
    for key, text in ENGLISH.items():
        assert braces.findall(text) == braces.findall(SPANISH[key]), key
