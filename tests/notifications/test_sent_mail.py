"""The demo's post office: only in the demo, only on this machine; mails lie there and can do nothing but be read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import Client

from modules.core.sweeps import sweeps
from modules.notifications.mailbox import record_sent
from modules.notifications.models import SentMail
from modules.notifications.services import forget_sent_mail

BACKEND = "modules.notifications.mailbox.MailboxBackend"


@pytest.fixture
def demo(settings: Any) -> Client:
    settings.DEMO, settings.EMAIL_BACKEND = True, BACKEND
    return Client()


@pytest.fixture
def mail(db: None, demo: Client) -> SentMail:
    letter = EmailMultiAlternatives("Your sign-in code", "ABC-123 http://localhost/open/x/", to=["ana@example.test"])
    letter.attach_alternative(
        '<html><head></head><body><a href="http://localhost/open/x/">x</a></body></html>', "text/html"
    )
    letter.send()
    return SentMail.objects.get()


def test_a_mail_of_the_demo_is_kept_and_not_sent(mail: SentMail) -> None:
    assert (mail.to, mail.subject) == ("ana@example.test", "Your sign-in code")
    assert mail.headers["Message-ID"] == mail.message_id
    assert "Bcc" not in mail.headers


def test_the_list_needs_no_sign_in_and_can_be_searched(demo: Client, mail: SentMail) -> None:
    send_mail("Other", "text", None, ["bea@example.test"])
    words = demo.get("/sent-mail/").content.decode()
    assert ("Your sign-in code" in words, "bea@example.test" in words) == (True, True)
    assert "bea@example.test" not in demo.get("/sent-mail/?q=abc-123").content.decode()
    assert "Nothing matches" in demo.get("/sent-mail/?q=zzz").content.decode()


def test_codes_can_be_read_and_links_clicked(demo: Client, mail: SentMail) -> None:
    words = demo.get(f"/sent-mail/{mail.public_id}/").content.decode()
    assert "ABC-123" in words
    assert 'href="http://localhost/open/x/"' in words


def test_the_html_stands_in_a_frame_that_can_do_nothing(demo: Client, mail: SentMail) -> None:
    answer = demo.get(f"/sent-mail/{mail.public_id}/html/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in answer.content.decode()


@pytest.mark.parametrize("part", ["", "{}/", "{}/html/"])
@pytest.mark.parametrize(
    "trouble",
    [{"DEMO": False}, {"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": ""}, {"HTTP_X_FORWARDED_FOR": "10.0.0.7"}],
)
def test_elsewhere_the_page_does_not_exist(
    part: str, trouble: dict[str, Any], demo: Client, mail: SentMail, settings: Any
) -> None:
    settings.DEMO = trouble.get("DEMO", True)
    address = f"/sent-mail/{part.format(mail.public_id)}"
    assert demo.get(address, **trouble).status_code == 404


def test_the_header_shows_the_way_in_the_demo_alone(demo: Client, db: None, settings: Any) -> None:
    assert 'href="/sent-mail/"' in demo.get("/account/login/").content.decode()
    settings.DEMO = False
    assert 'href="/sent-mail/"' not in demo.get("/account/login/").content.decode()


def test_a_mail_that_leaves_twice_is_kept_once(demo: Client, db: None) -> None:
    letter = EmailMultiAlternatives("S", "t", to=["ana@example.test"], headers={"Message-ID": "<1@here>"})
    assert record_sent(letter) == record_sent(letter)


def test_old_mails_are_forgotten(mail: SentMail, at: datetime, settings: Any) -> None:
    settings.SENT_MAIL_DAYS = 30
    SentMail.objects.update(at=at)
    assert forget_sent_mail(at=at + timedelta(days=29)) == 0
    assert forget_sent_mail(at=at + timedelta(days=31)) == 1


def test_the_sweep_looks_once_an_hour(mail: SentMail, at: datetime) -> None:
    from django.core.cache import cache

    cache.clear()
    SentMail.objects.update(at=at)
    late = at + timedelta(days=365)
    assert [sweeps["notifications.forget_sent_mail"](late) for _ in range(2)] == [1, 0]
    cache.clear()
