"""Paths, addresses, language, time, templates and static files."""

from django.utils.translation import gettext_lazy as _

from project.settings.environment import DATA_DIR, ROOT, env

__all__ = [
    "ATTACHMENTS_PER_RECORD", "ATTACHMENT_MAX_MB",
    "BASE_DIR", "BASE_URL", "BUSINESS_NAME", "BUSINESS_TIME_ZONE", "DATA_DIR", "DEBUG", "DEFAULT_AUTO_FIELD",
    "DEFAULT_FROM_EMAIL", "DEMO", "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_HOST_PASSWORD", "EMAIL_HOST_USER", "EMAIL_PORT",
    "EMAIL_TIMEOUT", "EMAIL_USE_SSL", "EMAIL_USE_TLS", "FORM_RENDERER", "HOST", "LANGUAGES", "LANGUAGE_CODE",
    "LOCALE_PATHS", "MEDIA_ROOT", "PORT", "ROOT_URLCONF", "SENT_MAIL_DAYS", "SHARED_DATA_DIR", "STATICFILES_DIRS",
    "STATIC_ROOT", "STATIC_URL", "STORAGES", "TEMPLATES", "TIME_ZONE", "USE_I18N", "USE_TZ", "WORK_LINK_DAYS",
    "WSGI_APPLICATION",
]  # fmt: skip

BASE_DIR = ROOT
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HOST = env.str("HOST", default="127.0.0.1" if DEMO else "0.0.0.0")  # noqa: S104 - a server listens; the demo stays on loopback
PORT = env.int("PORT", default=8000)
BASE_URL = env.str("BASE_URL", default=f"http://localhost:{PORT}").rstrip("/")
BUSINESS_NAME = env.str("BUSINESS_NAME", default="Modular Films")

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "project" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
BUSINESS_TIME_ZONE = env.str("BUSINESS_TIME_ZONE", default="Europe/Madrid")
WORK_LINK_DAYS = env.int("WORK_LINK_DAYS", default=14)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "modules.portal.context.portal",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# How large a file may be that people attach to a record, in megabytes, and how many a record may have.
ATTACHMENT_MAX_MB = env.int("ATTACHMENT_MAX_MB", default=10)
ATTACHMENTS_PER_RECORD = env.int("ATTACHMENTS_PER_RECORD", default=100)

# Where real data sets lie that tests and trials read in place; never part of the project.
SHARED_DATA_DIR = env.path("SHARED_DATA_DIR", default=str(ROOT.parent / "shared" / "data"))

# Mail. Without EMAIL_URL the demo keeps what it sends on the page of sent mail, and nothing leaves.
_email = env.email_url("EMAIL_URL", default="consolemail://")
_keeps_mail = DEMO and not env.str("EMAIL_URL", default="")
EMAIL_BACKEND = "modules.notifications.mailbox.MailboxBackend" if _keeps_mail else _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
# How long the texts of mails that left are kept.
SENT_MAIL_DAYS = env.int("SENT_MAIL_DAYS", default=30)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{BUSINESS_NAME} <shop@localhost>")
