"""Who may read everybody's mail: whoever sits at the demo's own machine, and nobody else (DECISIONS 41)."""

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def may_read_sent_mail(request: HttpRequest) -> bool:
    """Only in the demo and from this machine; a proxy's word that somebody else asks is believed."""
    is_near = request.META.get("REMOTE_ADDR") in LOOPBACK
    return bool(settings.DEMO) and is_near and not any(name in request.META for name in FORWARDED)
