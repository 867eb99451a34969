"""Making a record of one's own, from the declared fields of its model."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django import forms
from django.db import models

from modules.core.actors import Actor
from modules.core.errors import NotAllowed
from modules.core.events import RecordMade, publish
from modules.core.models import Submission
from modules.core.once import once
from modules.portal.pages import RecordPages


def form_class(pages: RecordPages) -> type[forms.ModelForm]:
    """The form of a declaration: its fields and no other, with the rules and constraints of the model."""
    fields = pages.create.fields if pages.create is not None else ()
    return forms.modelform_factory(pages.model, fields=list(fields))


def make(pages: RecordPages, form: forms.ModelForm, *, actor: Actor, at: datetime, key: UUID) -> models.Model:
    """A record of the actor's from a valid form; the same key gives the same one. Modules above are told of it."""
    if actor.user is None:
        raise NotAllowed
    owned = {"actor": actor.user, "record_type": pages.record_type}
    with once(Submission, key=key, owned=owned) as first:
        if first.found is not None:
            return cast(models.Model, pages.model._base_manager.get(pk=first.found.record_id))
        record: models.Model = form.save(commit=False)
        setattr(record, pages.owner, actor.user)
        record.save()
        Submission.objects.create(key=key, record_id=record.pk, at=at, **owned)
        publish(RecordMade(record_type=pages.record_type, record_id=record.pk, actor=actor, at=at))
    return record
