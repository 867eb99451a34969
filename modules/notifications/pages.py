"""The bell in the portal's header and, in the demo, the way to the sent mail."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from modules.core.slots import fill
from modules.notifications.demo_only import may_read_sent_mail
from modules.notifications.selectors import unread_count


@fill("portal.header", order=20)
def bell(request: HttpRequest, **facts: Any) -> str | None:
    """How many notifications are unread, with a menu of the latest; one query on each page of a signed-in person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return render_to_string("notifications/partials/_bell.html", {"unread": unread_count(user.pk)}, request)


@fill("portal.header", order=15)
def sent_mail_link(request: HttpRequest, **facts: Any) -> str | None:
    """In the demo every mail can be read, the one with the sign-in code too."""
    if not may_read_sent_mail(request):
        return None
    return render_to_string("notifications/partials/_sent_mail_link.html", {}, request)


@fill("portal.account", order=20)
def inbox_link(request: HttpRequest, **facts: Any) -> str:
    """The inbox in the account menu."""
    return render_to_string("notifications/partials/_inbox_link.html", {}, request)
