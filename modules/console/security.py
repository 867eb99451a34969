"""The console's Content-Security-Policy: unfold's Alpine evaluates its attributes, so the strict policy only reports.

What protects all the same is enforced: nothing is loaded from, sent to or framed by another site. The strict policy of
the portal goes along as report-only until the console satisfies it (docs/architecture.md, section 5).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from csp.constants import NONCE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def console_policy(view: View) -> View:
    """Answer with the console's two policies instead of the portal's one."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        str(request.csp_nonce)  # type: ignore[attr-defined]  # asked for here, or the middleware leaves it out
        response = view(request, *args, **kwargs)
        strict = cast(dict[str, Any], settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
        loose = {"script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
        response._csp_config = {**strict, **loose}  # type: ignore[attr-defined]
        response._csp_config_ro = {**strict, "script-src": [SELF, NONCE]}  # type: ignore[attr-defined]
        return response

    return answer
