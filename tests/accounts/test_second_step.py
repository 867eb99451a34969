"""The second step: setting up, signing in, recovery codes, and what stands in the database (F43, F50, F51)."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from modules.accounts import services
from modules.accounts.errors import AlreadyDone, BeyondOwnRights, NotYourself
from modules.accounts.mfa import decrypt, encrypt, renew_recovery_codes, use_recovery_code
from modules.accounts.models import RecoveryCode, User
from modules.core import clock
from modules.core.actors import Actor
from modules.core.models import AuditEntry
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
PASSWORD = "secret-of-tests"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, STEP, SETUP = "/account/login/", "/account/2fa/authenticate/", "/account/2fa/totp/activate/"
CODES = "/account/2fa/recovery-codes/"


@pytest.fixture(autouse=True)
def steady_time(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The step of the clock that codes are made of, in the hands of the test."""
    step = [58_000_000]
    monkeypatch.setattr(totp, "yield_hotp_counters_from_time", lambda: iter([step[0]]))
    return step


def code_at(step: int, secret: str = SECRET) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, step))


def protected(user: User) -> Authenticator:
    return totp.TOTP.activate(user, SECRET).instance


def half_in(user: User) -> Client:
    """A browser that passed the password and stands before the second step."""
    client = Client()
    answer = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert answer["Location"] == STEP
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/profile/").status_code == 200


def set_up(client: Client, steady_time: list[int]) -> str:
    """Go through the pages; gives the secret that the page showed."""
    page = client.get(SETUP).content.decode()
    found = re.search(r'class="totp-secret">(\w+)<', page)
    assert found, page
    assert "data:image/svg+xml;base64," in page
    answer = client.post(SETUP, {"code": code_at(steady_time[0], found[1])})
    assert answer["Location"] == CODES
    return found[1]


@pytest.fixture
def fresh(customer: User) -> Client:
    """A browser in which the customer has just typed the password."""
    client = Client()
    client.post(LOGIN, {"login": customer.email, "password": PASSWORD})
    return client


def test_from_the_profile_to_the_next_sign_in(fresh: Client, customer: User, steady_time: list[int]) -> None:
    secret = set_up(fresh, steady_time)
    page = fresh.get(CODES).content.decode()
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", page)
    assert len(codes) == 10
    file = fresh.get(f"{CODES}file/")
    assert file.content.decode().split() == codes
    assert "attachment" in file["Content-Disposition"]
    fresh.post(CODES, {"done": "1"})
    assert "10 of 10" in fresh.get(CODES).content.decode()
    assert codes[0] not in fresh.get(CODES).content.decode()
    assert fresh.get(f"{CODES}file/").status_code == 404
    steady_time[0] += 1
    other = half_in(customer)
    assert not is_in(other)
    other.post(STEP, {"code": code_at(steady_time[0], secret)})
    assert is_in(other)


def test_a_wrong_code_sets_nothing_up(fresh: Client, customer: User) -> None:
    fresh.get(SETUP)
    assert fresh.post(SETUP, {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_f43_a_code_is_taken_once(customer: User, steady_time: list[int]) -> None:
    protected(customer)
    code = code_at(steady_time[0])
    first, second = half_in(customer), half_in(customer)
    first.post(STEP, {"code": code})
    second.post(STEP, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_f43_the_code_of_the_step_before_is_refused(customer: User, steady_time: list[int]) -> None:
    protected(customer)
    late = half_in(customer)
    late.post(STEP, {"code": code_at(steady_time[0] - 1)})
    assert not is_in(late)


def test_f43_after_five_wrong_codes_the_right_one_waits(customer: User, steady_time: list[int]) -> None:
    protected(customer)
    answers = [half_in(customer).post(STEP, {"code": f"00000{number}"}).status_code for number in range(5)]
    assert set(answers) == {200}
    client = half_in(customer)
    answer = client.post(STEP, {"code": code_at(steady_time[0])})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not is_in(client)


def test_f43_a_recovery_code_lets_in_once(customer: User) -> None:
    codes = renew_recovery_codes(protected(customer))
    first = half_in(customer)
    first.post(STEP, {"code": codes[0].upper().replace("-", " ")})
    assert is_in(first)
    second = half_in(customer)
    second.post(STEP, {"code": codes[0]})
    assert not is_in(second)
    second.post(STEP, {"code": codes[1]})
    assert is_in(second)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_f43_one_recovery_code_at_once_from_eight_places(customer: User, parallel: Any) -> None:
    codes = renew_recovery_codes(protected(customer))
    results = parallel(lambda _n: use_recovery_code(customer, codes[0], at=clock.now()), 8)
    assert sum(isinstance(result, Authenticator) for result in results) == 1
    assert results.count(None) == 7


def test_f43_nobody_uses_the_codes_of_somebody_else(customer: User, stranger: User) -> None:
    codes = renew_recovery_codes(protected(customer))
    protected(stranger)
    client = half_in(stranger)
    client.post(STEP, {"code": codes[0]})
    assert not is_in(client)


def test_new_codes_end_the_old(customer: User) -> None:
    made = protected(customer)
    old = renew_recovery_codes(made)
    renew_recovery_codes(made)
    assert use_recovery_code(customer, old[0], at=clock.now()) is None
    assert RecoveryCode.objects.count() == 10


def test_f50_no_secret_and_no_code_can_be_read_in_the_database(fresh: Client, steady_time: list[int]) -> None:
    fresh.get(SETUP)
    waiting = decrypt(fresh.session[totp.SECRET_SESSION_KEY])
    secret = set_up(fresh, steady_time)
    codes = re.findall(r"<code>([a-z2-7-]{19})</code>", fresh.get(CODES).content.decode())
    rows = str(list(Authenticator.objects.values())) + str(list(RecoveryCode.objects.values()))
    rows += str([session.get_decoded() for session in Session.objects.all()])
    for hidden in (secret, waiting, *codes, *(code.replace("-", "") for code in codes)):
        assert hidden not in rows
    assert codes


def test_f51_a_new_key_opens_what_the_old_one_closed_and_takes_over(
    customer: User, settings: Any, steady_time: list[int]
) -> None:
    protected(customer)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-of-tests-0123456789", [old]
    client = half_in(customer)
    client.post(STEP, {"code": code_at(steady_time[0])})
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(Authenticator.objects.get().data["secret"]) == SECRET


def test_a_changed_ciphertext_is_refused() -> None:
    from cryptography.fernet import InvalidToken

    with pytest.raises(InvalidToken):
        decrypt(encrypt("text")[:-4] + "AAAA")


def test_turning_it_off_ends_the_codes(fresh: Client, customer: User, steady_time: list[int]) -> None:
    set_up(fresh, steady_time)
    fresh.post("/account/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_staff_set_it_up_before_the_console_opens_where_the_house_asks(
    client_of: Any, staff: User, settings: Any
) -> None:
    assert settings.STAFF_MFA_REQUIRED is False
    settings.STAFF_MFA_REQUIRED = True
    client = Client()
    client.post(LOGIN, {"login": staff.email, "password": PASSWORD})
    assert client.get("/console/")["Location"] == SETUP
    assert client.get("/console/", headers={"HX-Request": "true"})["HX-Redirect"] == SETUP
    assert "The house asks its staff" in client.get(SETUP).content.decode()
    assert client.get("/account/profile/").status_code == 200
    protected(staff)
    assert client.get("/console/").status_code == 200


def test_customers_are_not_asked(fresh: Client, settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = True
    assert is_in(fresh)


def test_an_admin_resets_it_with_a_reason(client_of: Any, owner: User, customer: User) -> None:
    protected(customer)
    url = f"/console/accounts/user/{customer.pk}/reset-mfa/"
    client = client_of(owner)
    assert "Reset the second step" in client.get(f"/console/accounts/user/{customer.pk}/change/").content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Lost phone, called back"}).status_code == 302
    assert not Authenticator.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.actor) == ("mfa_reset", "Lost phone, called back", owner)
    assert client.post(url, {"reason": "Again"}).status_code == 409


def test_f37_who_may_not_reset(owner: User, customer: User, at: Any) -> None:
    protected(owner)
    helper = StaffFactory.create(permissions=["accounts.reset_mfa"])
    with pytest.raises(BeyondOwnRights):
        services.reset_mfa(owner, actor=Actor.of(helper), at=at, reason="x")
    with pytest.raises(NotYourself):
        services.reset_mfa(owner, actor=Actor.of(owner), at=at, reason="x")
    with pytest.raises(AlreadyDone):
        services.reset_mfa(customer, actor=Actor.of(helper), at=at, reason="x")


def test_a_code_by_mail_does_not_go_around_it(customer: User, post: Any, code_in: Any) -> None:
    protected(customer)
    client = Client()
    client.post("/account/login/code/", {"email": customer.email})
    code = code_in(post()[-1])
    answer = client.post("/account/login/code/confirm/", {"code": code})
    assert answer["Location"] == STEP
    assert not is_in(client)


def test_the_issuer_is_the_house(fresh: Client) -> None:
    from modules.accounts.mfa import MFAAdapter

    assert MFAAdapter().get_totp_issuer() == settings.BUSINESS_NAME
