"""What staff say to each other about a record: written once, edited for a while, taken back and brought back.

Whoever may view a record in the console may comment on it. `@` and a name or an address of a colleague who may view
it too tells that colleague, once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.errors import NotAllowed, Refusal
from modules.core.messages import EMAIL, IN_APP, Message, Recipient, notify
from modules.core.models import Comment, Mention
from modules.core.once import once
from modules.core.references import console_address, model_of, record_of, staff_may_view, staff_who_may_view

EDITABLE_FOR = timedelta(minutes=15)
LONGEST = 5_000
MOST_MENTIONS = 20
MODERATE = "core.moderate_comment"


class CommentEmpty(Refusal):
    """There is nothing in it."""

    code = "comment_empty"
    words = _("Write something first.")


class CommentTooLong(Refusal):
    """Longer than anybody reads."""

    code = "comment_too_long"
    words = _("A comment may have up to {most} characters; this one has {count}. Attach a file instead.")


class TooLateToEdit(Refusal):
    """Others have read it by now."""

    code = "too_late_to_edit"
    words = _("A comment can be edited for 15 minutes. Write another one.")


def comments_on(record: models.Model) -> QuerySet[Comment]:
    """What is said about a record, newest first, with who said it and who is named in it."""
    found = Comment.objects.filter(record_type=record_type(record), record_id=record.pk, deleted_at__isnull=True)
    return found.select_related("author").prefetch_related("mentions").order_by("-pk")


def write_comment(record: models.Model, *, text: str, actor: Actor, at: datetime, key: str) -> Comment:
    """Say something about a record; the same key again gives the same comment."""
    if actor.user is None or not staff_may_view(actor, type(record)):
        raise NotAllowed
    words = _checked(text)
    about = {"record_type": record_type(record), "record_id": record.pk}
    with once(Comment, author_id=actor.user.pk, key=key, owned=about) as first:
        if first.found is not None:
            return first.found
        comment = Comment.objects.create(**about, author=actor.user, text=words, key=key, at=at)
        _mention(comment, at=at)
    return comment


def edit_comment(comment: Comment, *, text: str, actor: Actor, at: datetime) -> Comment:
    """Put one's own words right; whoever is named now and was not before is told."""
    if not is_own(comment, actor):
        raise NotAllowed
    if not may_edit(comment, actor, at):
        raise TooLateToEdit
    words = _checked(text)
    if words != comment.text:
        with transaction.atomic():
            Comment.objects.filter(pk=comment.pk).update(text=words, edited_at=at)
            comment.refresh_from_db()
            _mention(comment, at=at)
    return comment


def delete_comment(comment: Comment, *, actor: Actor, at: datetime) -> None:
    """Take a comment back: one's own, or another's by the right to moderate. Deleting it again is harmless."""
    if actor.user is None or not may_delete(comment, actor):
        raise NotAllowed
    Comment.objects.filter(pk=comment.pk, deleted_at__isnull=True).update(deleted_at=at, deleted_by=actor.user)


def restore_comment(comment: Comment, *, actor: Actor) -> None:
    """Bring back what one deleted oneself, or what one may moderate."""
    is_mine = actor.user_id is not None and comment.deleted_by_id == actor.user_id
    if not (is_mine or actor.may(MODERATE)):
        raise NotAllowed
    Comment.objects.filter(pk=comment.pk).update(deleted_at=None, deleted_by=None)


def is_own(comment: Comment, actor: Actor) -> bool:
    return actor.user_id is not None and comment.author_id == actor.user_id


def may_edit(comment: Comment, actor: Actor, at: datetime) -> bool:
    """For a quarter of an hour, one's own."""
    return is_own(comment, actor) and comment.deleted_at is None and at < comment.at + EDITABLE_FOR


def may_delete(comment: Comment, actor: Actor) -> bool:
    return is_own(comment, actor) or actor.may(MODERATE)


def _checked(text: str) -> str:
    """Plain text without what no keyboard writes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not lines:
        raise CommentEmpty
    if len(lines) > LONGEST:
        raise CommentTooLong(most=LONGEST, count=len(lines))
    return lines


# Mentions


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be named in a comment; `handle` is what to write behind the `@`."""

    id: int
    name: str
    email: str
    handle: str

    @property
    def words(self) -> tuple[str, ...]:
        """What may stand for this person, the longest first."""
        return tuple(sorted({self.name, self.email, self.email.partition("@")[0]} - {""}, key=len, reverse=True))


def colleagues(model: type[models.Model], *, start: str = "", most: int = 1_000) -> list[Colleague]:
    """Staff who may view such records, whose name, one of its words or address begins so; by name."""
    people = staff_who_may_view(model).order_by("name", "pk")
    if start:
        begins = Q(name__istartswith=start) | Q(name__icontains=f" {start}") | Q(email__istartswith=start)
        people = people.filter(begins)
    rows = people.values_list("pk", "name", "email")[:most]
    found = [Colleague(pk, name, email, handle="") for pk, name, email in rows]
    often = Counter(words.casefold() for person in found for words in person.words)
    return [replace(person, handle=_handle(person, often)) for person in found]


def _handle(person: Colleague, often: Counter[str]) -> str:
    """The name where it can mean nobody else, or the address."""
    return person.name if person.name and often[person.name.casefold()] == 1 else person.email


def mentions_in(text: str, people: Sequence[Colleague]) -> dict[int, str]:
    """Who is named in a text, and by which words. What could mean two people means nobody."""
    known: dict[str, set[int]] = defaultdict(set)
    for person in people:
        for words in person.words:
            known[words.casefold()].add(person.id)
    starts = [place + 1 for place, sign in enumerate(text) if sign == "@" and not _is_in_word(text, place)]
    found: dict[int, str] = {}
    for start in starts[:MOST_MENTIONS]:
        rest = text[start : start + 255]
        fitting = [words for words in known if _begins(rest.casefold(), words)]
        longest = max(fitting, key=len, default="")
        if len(known.get(longest, ())) == 1:
            found.setdefault(next(iter(known[longest])), rest[: len(longest)])
    return found


def _is_in_word(text: str, place: int) -> bool:
    """Whether the sign stands inside an address."""
    before = text[max(0, place - 1) : place]
    return before.isalnum() or before in (".", "_", "-")


def _begins(text: str, words: str) -> bool:
    """Whether the text begins with the words and no letter follows: `@Ana` is not `@Anabel`."""
    if not text.startswith(words):
        return False
    after = text[len(words) : len(words) + 2]
    return not after[:1].isalnum() and not (after[:1] in ("@", "_", "-", ".") and after[1:2].isalnum())


def _mention(comment: Comment, *, at: datetime) -> None:
    """Note who is named and tell them; the author knows already."""
    model = model_of(comment.record_type)
    if model is None or "@" not in comment.text:
        return
    named = mentions_in(comment.text, colleagues(model))
    known = set(comment.mentions.values_list("person_id", flat=True))
    for person_id, words in named.items():
        if person_id in known:
            continue
        mention = Mention.objects.create(comment=comment, person_id=person_id, words=words)
        if person_id != comment.author_id:
            notify(Mentioned, mention, key="once", at=at)


class Mentioned(Message):
    """A colleague named you in a comment. Whoever may no longer view the record is not told."""

    key, title, category = "core.mentioned", _("Somebody mentions you"), "work"
    template, model, channels = "core/email/mentioned", "core.Mention", (IN_APP, EMAIL)

    @staticmethod
    def to(record: Mention) -> Sequence[Recipient]:
        comment, model = record.comment, model_of(record.comment.record_type)
        if comment.deleted_at is not None or model is None:
            return ()
        if not staff_who_may_view(model).filter(pk=record.person_id).exists():
            return ()
        return [Recipient(user_id=record.person_id, why=_("named in a comment"))]

    @classmethod
    def context(cls, record: Mention) -> Mapping[str, Any]:
        comment = record.comment
        about = record_of(comment.record_type, comment.record_id)
        return {"comment": comment, "author": str(comment.author), "subject": _subject(about)}

    @classmethod
    def url(cls, record: Mention) -> str:
        comment = record.comment
        return f"{console_address(comment.record_type, comment.record_id)}#comment-{comment.pk}"


def _subject(record: models.Model | None) -> str:
    """The record as one would say it: `order J8F3-GAMG`."""
    return "" if record is None else f"{record._meta.verbose_name} {record}"


def pieces(text: str, mentions: Iterable[Mention]) -> list[tuple[str, bool]]:
    """The text cut at the names of those who were told: (words, whether it is a name)."""
    marks = sorted({f"@{mention.words}" for mention in mentions}, key=len, reverse=True)
    found = [(text, False)]
    for mark in marks:
        found = [part for piece in found for part in (_cut(piece[0], mark) if not piece[1] else [piece])]
    return [piece for piece in found if piece[0]]


def _cut(text: str, mark: str) -> list[tuple[str, bool]]:
    first, *others = text.split(mark)
    parts = [(first, False)]
    for other in others:
        parts += [(mark, True), (other, False)]
    return parts
