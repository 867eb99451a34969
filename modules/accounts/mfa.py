"""The second step of the sign-in: secrets encrypted at rest, recovery codes kept as hashes and used once."""

from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from secrets import token_bytes

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from modules.accounts.models import RecoveryCode, User

CODES = 10
_BYTES = 10
"""Eighty bits a code: guessing one from its hash is out of reach without a slow hash."""
_SALT = "accounts.secrets"


class MFAAdapter(DefaultMFAAdapter):
    """Our side of allauth's seam for the second step."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or was used already. Wait for the next one and try again."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def get_totp_issuer(self) -> str:
        return str(settings.BUSINESS_NAME)

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)


def encrypt(text: str) -> str:
    """Unreadable in the database without a key of today or of yesterday (SECRET_KEY, SECRET_KEY_FALLBACKS)."""
    return _box().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """The text again, whichever of the keys it was written with."""
    return _box().decrypt(text.encode()).decode()


def renewed(text: str) -> str:
    """The same secret under today's key, so that yesterday's can go in the end."""
    return _box().rotate(text.encode()).decode()


def _box() -> MultiFernet:
    return _box_of(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _box_of(key: str, fallbacks: tuple[str, ...]) -> MultiFernet:
    def one(secret: str) -> Fernet:
        return Fernet(urlsafe_b64encode(salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()))

    return MultiFernet([one(secret) for secret in (key, *fallbacks)])


def has_totp(user: User) -> bool:
    """Whether the sign-in of this person has a second step."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def must_enrol(user: User) -> bool:
    """Whether this member of the staff still owes the house a second step."""
    return bool(settings.STAFF_MFA_REQUIRED) and user.is_staff and not has_totp(user)


def renew_recovery_codes(authenticator: Authenticator) -> list[str]:
    """Ten new codes in place of all before them. They are shown now and never again."""
    codes = [_new_code() for _number in range(CODES)]
    with transaction.atomic():
        Authenticator.objects.select_for_update().filter(pk=authenticator.pk).values_list("pk").first()
        RecoveryCode.objects.filter(authenticator=authenticator).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(authenticator=authenticator, digest=_digest(code)) for code in codes
        )
    return codes


def use_recovery_code(user: User, code: str, *, at: datetime) -> Authenticator | None:
    """The authenticator that an unused code of this person stands in for; spent by one guarded UPDATE."""
    unused = RecoveryCode.objects.filter(authenticator__user=user, digest=_digest(code), used_at__isnull=True)
    found = unused.select_related("authenticator").first()
    if found is None or not RecoveryCode.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=at):
        return None
    return found.authenticator


def recovery_codes_left(user: User) -> int:
    """How many codes are still good."""
    return RecoveryCode.objects.filter(authenticator__user=user, used_at__isnull=True).count()


def _new_code() -> str:
    text = b32encode(token_bytes(_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return sha256(plain.encode()).hexdigest()
