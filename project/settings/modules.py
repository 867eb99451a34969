"""Which modules are installed. Order is the order of tiers, low first; a module not listed leaves no trace."""

from project.settings.database import DATABASES
from project.settings.environment import env

__all__ = ["INSTALLED_APPS", "MIDDLEWARE", "MODULES", "PLATFORM_MODULES"]

PLATFORM_MODULES = ["core", "console", "portal", "accounts", "workflow", "notifications", "billing"]
MODULES = env.list(
    "MODULES",
    default=[
        "films",
        "suggestions",
    ],
)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the default one would put its own site in place of the console
    "unfold.contrib.filters",
    "modules.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    *(
        ["django.contrib.postgres"] if str(DATABASES["default"]["ENGINE"]).endswith("postgresql") else []
    ),  # needs psycopg
    "django.forms",
    "csp",
    "django_htmx",
    "django_q",
    "heroicons",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *(f"modules.{name}" for name in [*PLATFORM_MODULES, *MODULES]),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "modules.core.middleware.RequestIdMiddleware",
    "modules.accounts.middleware.RetryAfterMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "modules.accounts.middleware.ViewerMiddleware",
    "modules.accounts.middleware.SecondStepMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "modules.workflow.middleware.VersionsMiddleware",
    "modules.core.middleware.RefusalMiddleware",
]
