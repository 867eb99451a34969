"""Files that belong to a record: taken in, listed, handed out by a signed link, taken back, removed at last.

A file lies under a random name in the private storage, which nothing serves but the view behind the link. Whoever may
view the record in the console may attach to it and read what is attached; modules above may open files to others.
"""

import logging
import secrets
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.core.actors import Actor
from modules.core.audit import record_type
from modules.core.errors import NotAllowed, Refusal
from modules.core.health import health_check, health_details
from modules.core.models import Attachment
from modules.core.once import once
from modules.core.references import model_of, staff_may_view
from modules.core.registry import Registry
from modules.core.sniffing import BY_TYPE as KINDS
from modules.core.sniffing import FileRefused, Kind, sniff

FOLDER = "attachments"
LONGEST_NAME = 120
LINK_LIFETIME = timedelta(minutes=5)
KEPT_AFTER_DELETION = timedelta(days=30)
LOOKED_FOR_EVERY = timedelta(days=1)
BATCH = 100
SHOWN_PIXELS = 25_000_000
"""Pictures up to this size are shown on the page; larger ones are for whoever opens them."""
MODERATE = "core.moderate_attachment"
_SALT = "core.attachments"

Opener = Callable[[Actor, Attachment], bool]
openers: Registry[Opener] = Registry("who else may read files")

logger = logging.getLogger(__name__)


class TooManyFiles(Refusal):
    """The record has as many files as it may have."""

    code = "too_many_files"
    words = _("This record has {most} files already. Delete one first.")


def files_of(record: models.Model) -> QuerySet[Attachment]:
    """The files of a record, newest first."""
    found = Attachment.objects.filter(record_type=record_type(record), record_id=record.pk, deleted_at__isnull=True)
    return found.select_related("uploaded_by").order_by("-pk")


def attach(record: models.Model, *, upload: UploadedFile, actor: Actor, at: datetime, key: str) -> Attachment:
    """Take a file in; the same key again gives the same file. FileRefused, TooManyFiles or NotAllowed.

    The bytes go to their place first; without a row they do not stay.
    """
    if actor.user is None or not staff_may_view(actor, type(record)):
        raise NotAllowed
    if (upload.size or 0) > settings.ATTACHMENT_MAX_MB * 1_000_000:
        raise FileRefused(_("The file is larger than {most} MB."), most=settings.ATTACHMENT_MAX_MB)
    name = shown_name(upload.name or "")
    found = sniff(cast(BinaryIO, upload), name)
    about = {"record_type": record_type(record), "record_id": record.pk}
    place = ""
    try:
        with once(Attachment, uploaded_by_id=actor.user.pk, key=key, owned=about) as first:
            if first.found is not None:
                return first.found
            _check_room(record)
            place = _put(upload)
            return Attachment.objects.create(
                **about,
                file=place,
                name=named_as(name, found.kind),
                content_type=found.kind.content_type,
                size=upload.size or 0,
                width=found.width,
                height=found.height,
                key=key,
                uploaded_by=actor.user,
                at=at,
                looked_at=at,
            )
    except BaseException:
        if place:
            default_storage.delete(place)
        raise


def _check_room(record: models.Model) -> None:
    if files_of(record).count() >= settings.ATTACHMENTS_PER_RECORD:
        raise TooManyFiles(most=settings.ATTACHMENTS_PER_RECORD)


def _put(upload: UploadedFile) -> str:
    """Keep the bytes under a name that says nothing and that nobody guesses."""
    secret = secrets.token_hex(20)
    upload.seek(0)
    return str(default_storage.save(f"{FOLDER}/{secret[:2]}/{secret}", upload))


def shown_name(name: str) -> str:
    """The last part of a path without what is invisible or turns the writing round, short enough to be read."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = (" " if char.isspace() else char for char in last if char.isspace() or unicodedata.category(char)[0] != "C")
    plain = " ".join("".join(seen).split()).strip(". ")
    if len(plain) <= LONGEST_NAME:
        return plain or "file"
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 8:
        return f"{plain[: LONGEST_NAME - 1]}…"
    return f"{stem[: LONGEST_NAME - len(extension) - 2]}….{extension}"


def named_as(name: str, kind: Kind) -> str:
    """The name with an extension that says what the file is."""
    ends = tuple(f".{extension}" for extension in kind.extensions)
    return name if name.lower().endswith(ends) else f"{name}{ends[0]}"


def kind_of(attachment: Attachment) -> Kind:
    return KINDS.get(attachment.content_type) or KINDS["text/plain"]


def can_be_shown(attachment: Attachment) -> bool:
    """Whether the page may show it: a picture of a size that no browser chokes on."""
    pixels = (attachment.width or 0) * (attachment.height or 0)
    return kind_of(attachment).is_picture and 0 < pixels <= SHOWN_PIXELS


# Rights and links


def may_read(actor: Actor, attachment: Attachment) -> bool:
    """Staff who may view the record, and whom a module above lets in; asked anew for every link that is opened."""
    model = model_of(attachment.record_type)
    if model is None or attachment.deleted_at is not None:
        return False
    return staff_may_view(actor, model) or any(opens(actor, attachment) for opens in openers)


def may_delete(actor: Actor, attachment: Attachment) -> bool:
    is_mine = actor.user_id is not None and attachment.uploaded_by_id == actor.user_id
    return is_mine or actor.may(MODERATE)


def file_link(attachment: Attachment, *, actor: Actor, at: datetime, show: bool = False) -> str:
    """An address that hands the file to this person for five minutes."""
    until = int((at + LINK_LIFETIME).timestamp())
    token = signing.dumps([attachment.pk, actor.user_id, until, int(show)], salt=_SALT)
    return reverse("core:file", args=[token])


class LinkExpired(Refusal):
    """The link was ours, too long ago."""

    code = "link_expired"
    words = _("This link has expired. Open the file from its record again.")


def opened_link(token: str, *, actor: Actor, at: datetime) -> tuple[Attachment, bool] | None:
    """The file behind a link and whether to show it; nothing for whoever it was not made for. LinkExpired."""
    try:
        pk, user_id, until, show = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    if user_id != actor.user_id:
        return None
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None or not may_read(actor, attachment):
        return None
    if at.timestamp() > until:
        raise LinkExpired
    return attachment, bool(show)


# Taking back, removing, looking after


def delete_file(attachment: Attachment, *, actor: Actor, at: datetime) -> None:
    """Take a file off its record; its bytes stay for thirty days."""
    if not may_delete(actor, attachment):
        raise NotAllowed
    Attachment.objects.filter(pk=attachment.pk, deleted_at__isnull=True).update(deleted_at=at)


def restore_file(attachment: Attachment, *, actor: Actor) -> None:
    """Bring a file back to its record."""
    if not may_delete(actor, attachment):
        raise NotAllowed
    Attachment.objects.filter(pk=attachment.pk).update(deleted_at=None)


def remove_deleted(*, at: datetime) -> int:
    """Remove bytes and rows of files that were taken back thirty days ago; how many went."""
    old = Attachment.objects.filter(deleted_at__lt=at - KEPT_AFTER_DELETION).order_by("deleted_at", "pk")[:BATCH]
    for attachment in old:
        default_storage.delete(attachment.file)
        attachment.delete()
    return len(old)


def look_for_files(*, at: datetime) -> int:
    """See whether files are where their rows say, each once a day; how many are newly missed (F11)."""
    due = Attachment.objects.filter(looked_at__lt=at - LOOKED_FOR_EVERY).order_by("looked_at", "pk")[:BATCH]
    missed = 0
    for attachment in due:
        is_there = default_storage.exists(attachment.file)
        if not is_there and attachment.missing_since is None:
            missed += 1
            logger.error(
                "the file of attachment %s (%s %s) is missing",
                attachment.pk, attachment.record_type, attachment.record_id,
            )  # fmt: skip
        since = None if is_there else attachment.missing_since or at
        Attachment.objects.filter(pk=attachment.pk).update(looked_at=at, missing_since=since)
    return missed


@health_check("files", health_details)
def all_there(at: datetime) -> str | None:
    """How many attached files were not found."""
    count = missing_files().count()
    return f"{count} attached files are missing" if count else None


def missing_files() -> QuerySet[Attachment]:
    """Files whose bytes a sweep did not find."""
    return Attachment.objects.filter(Q(missing_since__isnull=False), deleted_at__isnull=True).order_by("pk")
