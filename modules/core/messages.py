"""What is told to people: a module declares its messages; `notifications` delivers them through the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from modules.core.audit import record_type
from modules.core.outbox import send
from modules.core.registry import Registry

IN_APP: Literal["in_app"] = "in_app"
EMAIL: Literal["email"] = "email"

messages: Registry[type["Message"]] = Registry("messages")
categories: Registry["Category"] = Registry("message categories")


@dataclass(frozen=True)
class Category:
    """What people choose by: a row of everybody's preferences, declared beside its messages.

    A `legal` one cannot be switched off: the law or the safety of the account wants it told. `for_staff` shows the row
    to staff alone.
    """

    key: str
    title: str | Promise
    description: str | Promise = ""
    legal: bool = False
    for_staff: bool = False


def declare_category(category: Category) -> Category:
    """File a category; two declarations under one key are a mistake."""
    return categories.register(category.key, category)


ACCOUNT = declare_category(Category("account", _("Your account"), _("Signing in and safety."), legal=True))
WORK = declare_category(Category("work", _("Work"), _("Somebody mentions you, a long job ends."), for_staff=True))


@dataclass(frozen=True)
class Attached:
    """A file that goes along with a mail; it is made anew when the mail is sent, not kept."""

    name: str
    content: bytes
    content_type: str


class Recipient:
    """Somebody to tell: an account, or just an address of a guest with the language the guest used.

    `why` says in words why this person is told, for the log: "customer of the order".
    """

    def __init__(
        self, *, user_id: int | None = None, email: str = "", language: str = "", why: str | Promise = ""
    ) -> None:
        self.user_id, self.email, self.language, self.why = user_id, email, language, why


class Message:
    """A kind of message. Subclass it in `messages.py`; the class is registered by being defined with a key.

    `to(record)` gives the recipients; `context(record)` what the templates may use; `url(record)` where it leads.
    Templates: `<template>.subject.txt`, `<template>.txt`, `<template>.html` under `templates/`.
    """

    key: ClassVar[str] = ""
    category: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    channels: ClassVar[Sequence[str]] = (IN_APP, EMAIL)
    template: ClassVar[str] = ""
    model: ClassVar[str] = ""
    """Label of the record's model, such as `films.Order`: the delivering process loads the record again. Empty for a
    message about records of any kind: then the facts name the `model`, and nothing is attached."""
    legal: ClassVar[bool] = False
    """Told whatever the person prefers, such as the receipt among the messages about orders."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.key:
            messages.register(cls.key, cls)

    @staticmethod
    def to(record: Any) -> Sequence[Recipient]:
        """Who is told; nobody unless the message says so."""
        return ()

    @classmethod
    def recipients(cls, record: Any, facts: Mapping[str, Any]) -> Sequence[Recipient]:  # noqa: ARG003 - a hook
        """Who is told, where that stands in what the notifying code gave."""
        return cls.to(record)

    @classmethod
    def context(cls, record: Any) -> Mapping[str, Any]:
        return {"record": record}

    @classmethod
    def attachments(cls, record: Any) -> Sequence[Attached]:  # noqa: ARG003 - a hook
        """Files for the mail, in the language that is active; called each time it is sent."""
        return ()

    @classmethod
    def url(cls, record: Any) -> str:
        return str(record.get_absolute_url()) if hasattr(record, "get_absolute_url") else "/"


def notify(
    message: type[Message], record: models.Model, *, key: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Ask for a message about a record, once per message and key, in the transaction of its cause."""
    send(
        "notifications.tell",
        {
            "message": message.key,
            "record_type": record_type(record),
            "record_id": record.pk,
            "facts": dict(facts or {}),
        },
        key=f"tell:{message.key}:{record.pk}:{key}",
        at=at,
        record=record,
    )
