"""Signed links: a guest sees one record, for thirty days, in the browser that opened the link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from modules.core.audit import record_type
from modules.core.errors import Refusal

SESSION_NAME = "grants"
LIFETIME = timedelta(days=30)
MOST_GRANTS = 50
_SALT = "accounts.guest_link"


class LinkExpired(Refusal):
    """The link was signed by us, but too long ago."""

    code = "link_expired"
    words = _("This link has expired. Sign in, or ask us for a new one.")


class LinkUnknown(Refusal):
    """The link was not signed by us, or somebody changed it."""

    code = "link_unknown"
    words = _("This link is not complete. Copy it again from the message.")


def grants_of(request: HttpRequest) -> frozenset[str]:
    """The records that links opened in this session, as `films.order:17`."""
    kept = request.session.get(SESSION_NAME)
    return frozenset(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else frozenset()


def _grant(request: HttpRequest, name: str) -> None:
    kept = [known for known in request.session.get(SESSION_NAME, []) if known != name]
    request.session[SESSION_NAME] = [*kept, name][-MOST_GRANTS:]


def grant_guest(request: HttpRequest, record: models.Model) -> None:
    """Open the record to whoever holds this session: the guest who has just made it."""
    _grant(request, f"{record_type(record)}:{record.pk}")


def guest_link(record: models.Model, url: str, at: datetime) -> str:
    """The whole address that opens the record to a guest for thirty days from `at` and leads on to `url`."""
    until = int((at + LIFETIME).timestamp())
    token = signing.dumps([f"{record_type(record)}:{record.pk}", url, until], salt=_SALT, compress=True)
    return f"{settings.BASE_URL}{reverse('accounts:open', args=[token])}"


def open_guest_link(request: HttpRequest, token: str, at: datetime) -> str:
    """Put what the link opens into the session and return the address to go to; LinkExpired or LinkUnknown."""
    try:
        name, url, until = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise LinkUnknown from error
    if at.timestamp() > until:
        raise LinkExpired
    if not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        raise LinkUnknown
    _grant(request, name)
    return str(url)
