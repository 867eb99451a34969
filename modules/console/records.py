"""The base of every record's pages in the console: rights, trail, revision, lists that hold, slots."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import quote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import connection
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from modules.console.amounts import with_amounts
from modules.console.archive import ArchiveMixin, has_archive
from modules.console.columns import chosen
from modules.console.field_access import FieldAccess, actor_of
from modules.console.list_actions import contributed_actions
from modules.console.list_pages import ListPages
from modules.console.lists import (
    CappedPaginator,
    ConsoleChangeList,
    indexed_columns,
    searched,
    sortable_columns,
)
from modules.console.record_page import RecordPage
from modules.console.revisions import REVISION_NAME, lock_row, with_revision_check
from modules.console.submissions import OnceSubmitted
from modules.console.trail import lines
from modules.console.words import form_changes, record_values
from modules.core.audit import audit, record_type
from modules.core.events import RecordEdited, RecordMade, publish
from modules.core.http import PortalRequest
from modules.core.looks import look_of
from modules.core.models import AuditEntry


class RecordAdmin(OnceSubmitted, FieldAccess, RecordPage, ListPages, ArchiveMixin, ModelAdmin):
    """Derive from this for every model of the console.

    `search_fields` are prefixes (`title`) or exact (`=number`). `default_order` is an indexed column (or several); the
    primary key is added. `list_columns` can be chosen beside those of `list_display`; `calendar` names an indexed day
    or moment by which the list is a calendar too; `empty_hint` says how the first record comes. A module that writes
    through services overrides `save_record` (and `archive_record`, `restore_record`) and, if these keep the trail, sets
    `keeps_trail`.
    """

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # each facet would count the whole table
    paginator = CappedPaginator
    warn_unsaved_form = True
    list_fullwidth = True
    save_on_top = False
    compressed_fields = False
    change_list_template = "console/list.html"
    change_form_template = "console/record_form.html"
    object_history_template = "console/record_history.html"
    default_order: Sequence[str] = ()
    keeps_trail = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.date_hierarchy:
            raise ImproperlyConfigured(f"{cls.__name__}: date_hierarchy scans the whole table; use a date filter")

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        if self.calendar and self.calendar not in indexed_columns(model):
            raise ImproperlyConfigured(f"{type(self).__name__}: no index begins with {self.calendar}, the calendar")

    # Lists

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return ConsoleChangeList

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        order = list(self.default_order or self.ordering or ("-pk",))
        if order[-1].lstrip("-") in ("pk", self.opts.pk.name):
            return order
        return [*order, "-pk" if order[-1].startswith("-") else "pk"]

    def get_sortable_by(self, request: HttpRequest) -> Sequence[Any]:
        return sortable_columns(self.model, self.get_list_display(request), self)

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        """The chosen columns, as far as they may be seen; a state is shown as word and colour."""
        columns = ["shown_state" if column == "state" else column for column in chosen(self, request)]
        return with_amounts(self.model, columns)

    @display(  # type: ignore[untyped-decorator]
        description=_("State"),
        label={"info": "info", "success": "success", "warning": "warning", "danger": "danger", "neutral": ""},
    )
    def shown_state(self, record: Any) -> tuple[str, str]:
        """The state with its tone, as everywhere."""
        look = look_of(record)
        return look.tone, str(look.title)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        fields = self.get_search_fields(request)
        term = " ".join(search_term.split())
        return (searched(queryset, fields, term), False) if term and fields else (queryset, False)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)
        found |= contributed_actions(self, request)
        found |= self.export_actions(request)
        if has_archive(self.model) and self.has_archive_permission(request):
            for name in ("archive_selected", "restore_selected"):
                found[name] = self.get_action(name)
        return found

    # Rights

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What can be archived, or has a history of its own, is never deleted."""
        is_kept = has_archive(self.model) or getattr(self.model, "is_kept", False)
        return not is_kept and bool(super().has_delete_permission(request, obj))

    # Pages

    def get_urls(self) -> list[URLPattern]:
        return [*self.archive_urls(), *self.list_urls(), *super().get_urls()]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record; locked while its form is being saved, so that the check of the revision holds."""
        if request.method != "POST" or not connection.in_atomic_block:
            return super().get_object(request, object_id, from_field)
        locked = super().get_object(request, object_id, from_field)
        if locked is not None:
            lock_row(self.model, locked.pk)
            locked.refresh_from_db()
        return locked

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return with_revision_check(form) if change and hasattr(obj, "revision") else form

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The record's own page on the portal, where it has one."""
        if obj is None or not self.view_on_site or not hasattr(obj, "get_absolute_url"):
            return None
        return str(obj.get_absolute_url())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = kwargs.get("obj")
        form = context["adminform"].form
        differences = getattr(form, "differences", ())
        context |= {"revision_name": REVISION_NAME, "differences": differences}
        if differences:
            context["errors"] = []  # “correct the errors” would mislead: nothing typed is wrong
        if record is not None and has_archive(self.model) and self.has_archive_permission(request, record):
            page = "archive" if record.archived_at is None else "restore"
            context |= {"archive_page": page, "archive_url": self._address(page, quote(record.pk))}
        response = super().render_change_form(request, context, *args, **kwargs)
        if form.is_bound:
            response.status_code = 409 if form.has_error("__all__", "conflict") else 422
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The trail of the record; Django's own log is not kept."""
        record = self.get_object(request, object_id)
        if record is None:
            return cast(HttpResponse, self._get_obj_does_not_exist_redirect(request, self.opts, object_id))
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        entries = AuditEntry.objects.filter(record_type=record_type(record), record_id=record.pk).order_by("-id")
        context = {
            **self.admin_site.each_context(request),
            "title": str(record),
            "original": record,
            "opts": self.opts,
            "lines": lines(entries.select_related("actor")[:200], hidden=self._hidden(request, record)),
        }
        return TemplateResponse(request, self.object_history_template, {**context, **(extra_context or {})})

    # Writing

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        self.save_record(request, obj, form, change)

    def save_record(self, request: HttpRequest, record: Any, form: forms.ModelForm, change: bool) -> None:
        """Save what the form changed, and only that; counters that others move meanwhile stay untouched."""
        if not change:
            record.save()
            _tell_later(form, RecordMade(
                record_type=record_type(record), record_id=record.pk, actor=actor_of(request),
                at=cast(PortalRequest, request).now,
            ))  # fmt: skip
            return
        columns = {field.name for field in record._meta.concrete_fields}
        changed = [name for name in form.changed_data if name in columns]
        if not form.changed_data:
            return
        changed += [name for name in ("revision", "updated_at") if name in columns]
        if "revision" in columns:
            record.revision += 1
        record.save(update_fields=changed)
        _tell_later(form, self._edited(request, record, form))

    def _edited(self, request: HttpRequest, record: Any, form: forms.ModelForm) -> RecordEdited:
        return RecordEdited(
            record_type=record_type(record), record_id=record.pk, fields=tuple(form.changed_data),
            at=cast(PortalRequest, request).now,
        )  # fmt: skip

    def save_related(self, request: HttpRequest, form: forms.ModelForm, formsets: list[Any], change: bool) -> None:
        """A change of the rows on its page is a change of the record: the next editor must notice it. Others are told
        of a record when its rows are there too."""
        super().save_related(request, form, formsets, change)
        rows_changed = change and not form.changed_data and any(formset.has_changed() for formset in formsets)
        if rows_changed and hasattr(form.instance, "revision"):
            self.model._base_manager.filter(pk=form.instance.pk).update(revision=F("revision") + 1)
        news = self._edited(request, form.instance, form) if rows_changed else getattr(form, NEWS, None)
        if news is not None:
            publish(news)

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        """Rows on the record's page leave their own trail."""
        super().save_formset(request, form, formset, change)
        for row, _names in formset.changed_objects:
            if hasattr(row, "revision"):
                type(row)._base_manager.filter(pk=row.pk).update(revision=F("revision") + 1)
        trail: list[tuple[Any, str, dict[str, Any]]] = [(row, "created", {}) for row in formset.new_objects]
        trail += [(row, "deleted", {}) for row in formset.deleted_objects]
        forms_by_row = {id(row_form.instance): row_form for row_form in formset.forms}
        trail += [(row, "changed", form_changes(forms_by_row[id(row)])) for row, _names in formset.changed_objects]
        for row, action, changes in trail:
            told = changes or {name: [None, value] for name, value in record_values(row).items()}
            audit(row, action, actor=actor_of(request), at=cast(PortalRequest, request).now, changes=told)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Not a text for Django's log but the changes for ours."""
        return form_changes(form)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        if not self.keeps_trail:
            changes = message if isinstance(message, dict) else {}
            audit(obj, "created", actor=actor_of(request), at=cast(PortalRequest, request).now, changes=changes)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        if not self.keeps_trail and message and isinstance(message, dict):
            audit(obj, "changed", actor=actor_of(request), at=cast(PortalRequest, request).now, changes=message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> None:
        for record in queryset:
            changes = {name: [value, None] for name, value in record_values(record).items()}
            audit(record, "deleted", actor=actor_of(request), at=cast(PortalRequest, request).now, changes=changes)


NEWS = "_news"
"""What others are told of a form's record when its rows are saved too: what waits for the record may ask for them."""


def _tell_later(form: forms.ModelForm, news: RecordMade | RecordEdited) -> None:
    setattr(form, NEWS, news)


def record_address(record: Model) -> str:
    """The page of a record in the console."""
    options = record._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[record.pk])
