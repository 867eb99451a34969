"""The record of mails that left, and the demo's post office, which keeps them instead of sending."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from modules.core import clock
from modules.notifications.models import SentMail


def record_sent(letter: EmailMessage) -> SentMail:
    """File a mail once by its Message-ID, however often it is sent."""
    packed = letter.message()  # raises for a header with a line break, as sending does
    html = ""
    if isinstance(letter, EmailMultiAlternatives):
        html = next((str(part[0]) for part in letter.alternatives if part[1] == "text/html"), "")
    headers = {name: str(value) for name, value in packed.items() if name.lower() not in HIDDEN_HEADERS}
    filed, _created = SentMail.objects.get_or_create(
        message_id=str(packed["Message-ID"]).strip()[:250],
        defaults={
            "to": ", ".join(letter.recipients()),
            "subject": str(letter.subject),
            "text": str(letter.body),
            "html": html,
            "headers": headers,
            "at": clock.now(),
        },
    )
    return filed


HIDDEN_HEADERS = {"content-type", "mime-version", "content-transfer-encoding", "bcc"}


class MailboxBackend(BaseEmailBackend):
    """Keeps every mail on the page of sent mail; nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        for letter in email_messages:
            record_sent(letter)
        return len(email_messages)
