"""Checks of values that several resources share, refused in Stripe's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from modules.billing.sandbox.errors import JsonObject, invalid, unspoken

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
MINIMUM = {
    "usd": 50,
    "eur": 50,
    "gbp": 30,
    "chf": 50,
    "sek": 300,
    "nok": 300,
    "dkk": 250,
    "pln": 200,
    "jpy": 50,
    "mxn": 1000,
}
MAXIMUM = 99_999_999
NEUTRAL: tuple[Any, ...] = (False, "auto", "", "never", {"enabled": False})


def act_only_on(params: JsonObject, spoken: Iterable[str], *, inside: str = "") -> None:
    """Refuse what the sandbox would not act on, unless the value asks for nothing."""
    for name, value in params.items():
        if name not in spoken and name != "expand" and value not in NEUTRAL:
            raise unspoken(f"{inside}[{name}]" if inside else name)


def amount(value: int, currency: str, *, param: str = "amount") -> int:
    minimum = MINIMUM.get(currency, 1)
    if value < minimum:
        message = f"Amount must be at least {minimum} minor units of {currency}."
        raise invalid(message, param=param, code="amount_too_small")
    if value > MAXIMUM:
        raise invalid(f"Amount must be no more than {MAXIMUM}.", param=param, code="amount_too_large")
    return value


def currency(value: str, *, param: str = "currency") -> str:
    folded = value.lower()
    if len(folded) != 3 or not folded.isascii() or not folded.isalpha():
        raise invalid(f"Invalid currency: {value}.", param=param)
    return folded


def url(value: str, *, param: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in value):
        raise invalid("Not a valid URL", param=param, code="url_invalid")
    return value


def email(value: str, *, param: str = "email") -> str:
    name, _, domain = value.partition("@")
    is_domain = "." in domain or domain == "localhost"
    if not name or not is_domain or any(c.isspace() for c in value) or len(value) > 512:
        raise invalid(f"Invalid email address: {value}", param=param, code="email_invalid")
    return value


def metadata(given: Any, *, base: dict[str, str] | None = None, param: str = "metadata") -> dict[str, str]:
    """The base changed by what was given: an empty value unsets its key, an empty whole unsets all."""
    if given == "":
        return {}
    merged = dict(base or {}) | dict(given or {})
    kept = {key: value for key, value in merged.items() if value != ""}
    if len(kept) > 50:
        raise invalid("Metadata can have no more than 50 keys.", param=param)
    for key, value in kept.items():
        if len(key) > 40 or len(value) > 500:
            message = f"Metadata keys can have up to 40 characters and values up to 500 ({key[:40]})."
            raise invalid(message, param=f"{param}[{key}]")
    return kept


def updated(body: JsonObject, params: JsonObject, names: Iterable[str]) -> tuple[JsonObject, JsonObject]:
    """The body with these parameters taken over ('' unsets), and what was there before, as events tell it."""
    after = dict(body)
    for name in names:
        if name in params:
            after[name] = None if params[name] == "" else params[name]
    if "metadata" in params:
        after["metadata"] = metadata(params["metadata"], base=body["metadata"])
    previous = {name: body[name] for name in after if after[name] != body.get(name)}
    return after, previous
