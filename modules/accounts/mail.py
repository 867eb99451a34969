"""Mail about an account: codes and warnings. It goes through the outbox, and its text is forgotten once it is sent."""

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from modules.accounts.models import Invitation
from modules.accounts.services.invitations import token_of
from modules.core import clock
from modules.core.models import OutboxMessage
from modules.core.outbox import Delivery, send

EFFECT = "accounts.mail"


def post(*, to: str, subject: str, text: str, html: str = "") -> None:
    """Leave a mail to the outbox. Each call is a mail of its own: a person may well ask for two codes."""
    payload = {"to": to, "subject": subject, "text": text, "html": html}
    with transaction.atomic():
        send(EFFECT, payload, key=f"{EFFECT}:{uuid4()}", at=clock.now())


def deliver(delivery: Delivery) -> None:
    """Send one mail; the Message-ID is made of the key, so that a repeated delivery can be recognised."""
    told: dict[str, Any] = delivery.payload
    message_id = f"<{delivery.key.replace(':', '.')}@{urlsplit(settings.BASE_URL).hostname}>"
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    letter = EmailMultiAlternatives(told["subject"], told["text"], to=[told["to"]], headers=headers)
    if told["html"]:
        letter.attach_alternative(told["html"], "text/html")
    letter.send()
    # Codes do not lie about in the database (F50): what remains says to whom and about what.
    kept = {"to": told["to"], "subject": told["subject"], "text": "", "html": ""}
    OutboxMessage.objects.filter(key=delivery.key).update(payload=kept)


def deliver_invitation(delivery: Delivery) -> None:
    """Write an invitation in its language and send it. The link is signed here and kept nowhere (F50)."""
    told = delivery.payload
    still_open = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True, round=told["round"])
    invitation = still_open.select_related("invited_by").filter(pk=told["invitation"]).first()
    if invitation is None:
        return
    link = f"{settings.BASE_URL}{reverse('accounts:invitation', args=[token_of(invitation)])}"
    context = {"invitation": invitation, "link": link, "business_name": settings.BUSINESS_NAME}
    with translation.override(invitation.language), timezone.override(ZoneInfo(settings.BUSINESS_TIME_ZONE)):
        subject = " ".join(render_to_string("accounts/email/invitation.subject.txt", context).split())
        text = render_to_string("accounts/email/invitation.txt", context)
        html = render_to_string("accounts/email/invitation.html", context)
    message_id = f"<{delivery.key.replace(':', '.')}@{urlsplit(settings.BASE_URL).hostname}>"
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    letter = EmailMultiAlternatives(subject, text, to=[invitation.email], headers=headers)
    letter.attach_alternative(html, "text/html")
    letter.send()
