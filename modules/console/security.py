"""The console's Content-Security-Policy: the portal's, and style attributes besides.

unfold's Alpine evaluates its attributes without eval (static/console/console-csp.js); its inline style has the nonce.
Widgets of Django's admin and of unfold set `style=` on elements, which `style-src-attr` alone allows; what a style
attribute can do is change the look of its element.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def console_policy(view: View) -> View:
    """Answer with the console's policy instead of the portal's."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        str(request.csp_nonce)  # type: ignore[attr-defined]  # asked for here, or the middleware leaves it out
        response = view(request, *args, **kwargs)
        strict = cast(dict[str, Any], settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        response._csp_config = {**strict, "style-src-attr": [UNSAFE_INLINE]}  # type: ignore[attr-defined]
        return response

    return answer
