"""Secrets, hosts, cookies, and the Content-Security-Policy of every page."""

from csp.constants import NONCE, NONE, SELF

from project.settings.base import BASE_URL, DEBUG, DEMO
from project.settings.environment import env, kept_secret

__all__ = [
    "ALLOWED_HOSTS", "CONTENT_SECURITY_POLICY", "CSP_FORM_ORIGINS", "CSRF_COOKIE_SECURE", "CSRF_TRUSTED_ORIGINS",
    "LANGUAGE_COOKIE_SAMESITE", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "SECURE_CONTENT_TYPE_NOSNIFF",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "SECURE_REFERRER_POLICY",
    "SECURE_SSL_REDIRECT", "SESSION_COOKIE_AGE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE", "SILENCED_SYSTEM_CHECKS", "X_FRAME_OPTIONS",
]  # fmt: skip

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret("secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
_host = BASE_URL.split("://")[-1].split("/")[0].split(":")[0]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_host, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[BASE_URL])

_https = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if _https else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The deployment checks about HTTPS are for those who terminate TLS; the embedded default runs on loopback.
SILENCED_SYSTEM_CHECKS: list[str] = []

# A form POST whose redirect leaves this list is blocked by Chromium: payment and sign-in providers stand here.
CSP_FORM_ORIGINS = env.list("CSP_FORM_ORIGINS", default=["https://checkout.stripe.com"])
if DEMO or DEBUG:
    _sandbox_port = env.int("STRIPE_SANDBOX_PORT", default=12111)
    CSP_FORM_ORIGINS = [*CSP_FORM_ORIGINS, f"http://localhost:{_sandbox_port}", f"http://127.0.0.1:{_sandbox_port}"]

CONTENT_SECURITY_POLICY: dict[str, object] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *CSP_FORM_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
