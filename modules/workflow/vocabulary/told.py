"""Messages that a workflow in data tells: whom, and by which words."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import user_by_email, users_with_role
from modules.core.messages import Category, Message, Recipient, declare_category, notify
from modules.workflow.people.rights import person_id
from modules.workflow.vocabulary.effects import Firing

CASES = declare_category(Category("cases", _("Progress"), _("What happens to what you asked for or look after.")))
DUTIES = declare_category(
    Category("duties", _("Processes"), _("What the processes you work in have to say."), for_staff=True)
)


class RecordMessage(Message):
    """The base of a message about a record with a workflow. `whom` names its readers: `owner`, `role:films.clerk`,
    `person:assignee` (a field). Owners are led to the record's own page, everybody else to the console."""

    whom: ClassVar[Sequence[str]] = ("owner",)

    @classmethod
    def recipients(cls, record: Any, facts: Mapping[str, Any]) -> Sequence[Recipient]:  # noqa: ARG003 - a hook
        return [found for whom in cls.whom for found in _people(record, whom)]

    @classmethod
    def url(cls, record: Any) -> str:
        return super().url(record) if "owner" in cls.whom else _console_page(record)


class Told(Message):
    """To whoever the record belongs to, or a person in it; leads to the record's own page."""

    key, category, template = "workflow.told", CASES.key, "workflow/email/told"
    title = _("News of a process")

    @classmethod
    def recipients(cls, record: Any, facts: Mapping[str, Any]) -> Sequence[Recipient]:
        return [found for whom in facts["to"] for found in _people(record, whom)]


class ToldStaff(Told):
    """To roles and to staff; leads to the console."""

    key, category = "workflow.told_staff", DUTIES.key

    @classmethod
    def url(cls, record: Any) -> str:
        return _console_page(record)


def _console_page(record: Any) -> str:
    from modules.workflow.views.console import page_of

    return page_of(type(record), record.pk) or "/console/"


def tell_people(record: Any, firing: Firing, to: Sequence[str], titles: dict[str, str], bodies: dict[str, str]) -> None:
    """Ask for the message, once for each firing, audience and text. `to`: `owner`, `role:…`, `person:…`."""
    for message in (Told, ToldStaff):
        audience = [whom for whom in to if _message_for(record, whom) is message]
        if audience:
            facts = {"model": record._meta.label, "to": audience, "titles": titles, "bodies": bodies}
            notify(message, record, key=f"{firing.key}:{_mark(audience, titles, bodies)}", at=firing.at, facts=facts)


def _mark(*parts: object) -> str:
    """Tells two messages of one firing apart, the same for the same message."""
    from hashlib import sha256

    return sha256(repr(parts).encode()).hexdigest()[:10]


def _message_for(record: Any, whom: str) -> type[Message]:
    if whom == "owner":
        return Told
    if whom.startswith("role:"):
        return ToldStaff
    people = _people(record, whom)
    user = user_by_email(people[0].email) if people and people[0].email else None
    return ToldStaff if user is not None and user.is_staff else Told


def _people(record: Any, whom: str) -> list[Recipient]:
    """The people of `owner`, `role:films.clerk`, `person:assignee` (a field) or `person:ana@example.com`."""
    kind, _colon, named = whom.partition(":")
    if kind == "role":
        why = _("has the role")
        return [Recipient(user_id=user.pk, email=user.email, why=why) for user in users_with_role(named)]
    if kind == "owner":
        return _owner(record)
    if "@" in named:
        return [_by_address(named)]
    *relations, last = named.split("__")
    for relation in relations:
        record = getattr(record, relation, None)
    value = getattr(record, last, None)
    if isinstance(value, str):
        return [_by_address(value)] if "@" in value else []
    return [] if value is None else [Recipient(user_id=value.pk, email=value.email, why=_("is named in the record"))]


def _by_address(email: str) -> Recipient:
    user = user_by_email(email)
    return Recipient(user_id=None if user is None else user.pk, email=email, why=_("is named in the record"))


def _owner(record: Any) -> list[Recipient]:
    from modules.workflow.flows import graph_of

    path = graph_of(record).owner
    user_id = person_id(record, path) if path else None
    email, language = (str(getattr(record, name, "") or "") for name in ("email", "language"))
    if user_id is None and not email:
        return []
    return [Recipient(user_id=user_id, email=email, language=language, why=_("it belongs to this person"))]


def languages() -> list[str]:
    """Every language in which a message may be read."""
    return [code for code, _title in settings.LANGUAGES]
