"""Who people are and how they sign in: by address and password, or by a code that is mailed."""

from project.settings.base import BUSINESS_NAME
from project.settings.environment import env

__all__ = [
    "ACCOUNT_ADAPTER", "ACCOUNT_CHANGE_EMAIL", "ACCOUNT_DEFAULT_HTTP_PROTOCOL", "ACCOUNT_EMAIL_NOTIFICATIONS",
    "ACCOUNT_EMAIL_SUBJECT_PREFIX", "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS", "ACCOUNT_EMAIL_VERIFICATION",
    "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED", "ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND", "ACCOUNT_FORMS",
    "ACCOUNT_LOGIN_BY_CODE_ENABLED", "ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND", "ACCOUNT_LOGIN_BY_CODE_TIMEOUT",
    "ACCOUNT_LOGIN_METHODS", "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED", "ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT",
    "ACCOUNT_PREVENT_ENUMERATION", "ACCOUNT_RATE_LIMITS", "ACCOUNT_REAUTHENTICATION_REQUIRED",
    "ACCOUNT_SESSION_REMEMBER", "ACCOUNT_SIGNUP_FIELDS", "ACCOUNT_UNIQUE_EMAIL", "ACCOUNT_USER_MODEL_USERNAME_FIELD",
    "ALLAUTH_TRUSTED_PROXY_COUNT", "AUTHENTICATION_BACKENDS", "AUTH_PASSWORD_VALIDATORS", "AUTH_USER_MODEL",
    "LOGIN_REDIRECT_URL", "LOGIN_URL", "LOGOUT_REDIRECT_URL", "MFA_ADAPTER", "MFA_FORMS", "MFA_SUPPORTED_TYPES",
    "STAFF_MFA_REQUIRED",
]  # fmt: skip

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["modules.accounts.backends.AddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "modules.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "request_login_code": "modules.accounts.forms.RequestLoginCodeForm",
    "signup": "modules.accounts.forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True

ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60

# Nobody learns from us whether an address is known: the same page, and a mail either way (F41).
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{BUSINESS_NAME}: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = env.str("BASE_URL", default="http://").split("://")[0]

# What allauth does not say here keeps its defaults (5 wrong passwords in 5 minutes for an address, 10 a minute for a
# place). X-Forwarded-For counts only as far as our own proxies wrote it (F40).
ACCOUNT_RATE_LIMITS = {"signup": "20/m/ip,200/d/ip", "request_login_code": "20/m/ip,3/m/key,20/d/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if env.bool("BEHIND_PROXY", default=False) else 0)

# The second step. Recovery codes are ours (modules/accounts/mfa.py), because allauth keeps a seed it can show again.
MFA_ADAPTER = "modules.accounts.mfa.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp"]
MFA_FORMS = {
    "activate_totp": "modules.accounts.forms.ActivateTOTPForm",
    "authenticate": "modules.accounts.forms.SecondStepForm",
    "reauthenticate": "modules.accounts.forms.SecondStepAgainForm",
}
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=False)
