"""The demo's post office: every mail that left, to be read and clicked. Only in the demo, only on this machine."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from modules.notifications import selectors
from modules.notifications.demo_only import may_read_sent_mail
from modules.notifications.models import SentMail

View = Callable[..., HttpResponse]

# The mail is a page of its own that can do nothing but be read and followed: no script, no form, no origin.
MAIL_POLICY: dict[str, list[str]] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
}


def in_the_demo(view: View) -> View:
    """Elsewhere the page does not exist. Nobody signs in first: the sign-in code is what one comes to read."""

    @login_not_required
    @never_cache
    @require_safe
    @wraps(view)
    def entrance(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may_read_sent_mail(request):
            raise Http404
        return view(request, *args, **kwargs)

    return entrance


@in_the_demo
def sent_mail_list(request: HttpRequest) -> HttpResponse:
    """All mails, newest first; htmx gets the list alone."""
    page, search = selectors.sent_mail_page(request.GET)
    part = "notifications/partials/_sent_mail_list.html"
    template = part if getattr(request, "htmx", False) else "notifications/sent_mail_list.html"
    response = render(request, template, {"page": page, "search": search})
    patch_vary_headers(response, ["HX-Request"])
    return response


@in_the_demo
def sent_mail_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One mail: its text with links to click, and beside it the HTML in a frame."""
    return render(
        request, "notifications/sent_mail_detail.html", {"mail": get_object_or_404(SentMail, public_id=public_id)}
    )


@in_the_demo
@xframe_options_sameorigin
@csp(MAIL_POLICY)  # type: ignore[untyped-decorator]
def sent_mail_html(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The HTML part as a mail program shows it. Its links leave the frame."""
    mail = get_object_or_404(SentMail.objects.exclude(html=""), public_id=public_id)
    return HttpResponse(mail.html.replace("<head>", '<head><base target="_top">', 1))
