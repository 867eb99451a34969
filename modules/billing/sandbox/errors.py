"""Refusals in Stripe's own shapes, types and codes."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]


class ApiError(Exception):
    """An answer other than 200; `fields` go into the error object as they are."""

    def __init__(self, status: int, kind: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.error: JsonObject = {
            "type": kind,
            "message": message,
            **{k: v for k, v in fields.items() if v is not None},
        }

    @property
    def body(self) -> JsonObject:
        return {"error": self.error}


class SandboxRefused(RuntimeError):
    """The sandbox was asked to run where it must not."""


def invalid(message: str, *, param: str | None = None, code: str | None = None, status: int = 400) -> ApiError:
    return ApiError(status, "invalid_request_error", message, param=param, code=code)


def missing_resource(noun: str, identity: str, param: str = "id") -> ApiError:
    return invalid(f"No such {noun}: '{identity}'", param=param, code="resource_missing", status=404)


def unspoken(name: str) -> ApiError:
    """Stripe knows the parameter, the sandbox does not act on it: better a refusal than a silent difference."""
    return invalid(f"The sandbox does not act on the parameter {name}.", param=name, code="sandbox_unsupported")


def unexpected_state(noun: str, message: str, record: JsonObject) -> ApiError:
    return ApiError(400, "invalid_request_error", message, code=f"{noun}_unexpected_state", **{noun: record})


def card_refused(message: str, *, code: str, decline_code: str | None = None, **fields: Any) -> ApiError:
    return ApiError(402, "card_error", message, code=code, decline_code=decline_code, **fields)


def internal() -> ApiError:
    return ApiError(500, "api_error", "An unknown error occurred. (sandbox)")


def rate_limited() -> ApiError:
    return ApiError(429, "invalid_request_error", "Too many requests. (sandbox)", code="rate_limit")


def no_such_url(method: str, path: str) -> ApiError:
    message = f"Unrecognized request URL ({method}: {path}). The sandbox speaks only a part of Stripe's API."
    return invalid(message, status=404)


def not_authenticated(key: str | None) -> ApiError:
    if key is None:
        message = "You did not provide an API key. You need to provide your API key in the Authorization header."
    else:
        message = f"Invalid API Key provided: {key[:8]}{'*' * 8}"
    return ApiError(401, "invalid_request_error", message)


def other_parameters(key: str) -> ApiError:
    message = (
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    return ApiError(400, "idempotency_error", message)


def key_in_use(key: str) -> ApiError:
    message = f"There is currently another in-progress request using this Idempotency Key '{key}'."
    return ApiError(409, "idempotency_error", message, code="idempotency_key_in_use")
