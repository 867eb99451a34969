"""Checkboxes of roles and rights, in groups."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from modules.accounts.models import Role
from modules.accounts.rights import in_order, kind_words, own_permissions, right_words, rights_choices
from modules.accounts.roles import OWNER_ROLE

MOST_KINDS = 6


class RightsWidget(UnfoldAdminCheckboxSelectMultipleWidget):
    """Checkboxes under a heading a group."""

    template_name = "accounts/rights_widget.html"


class RightsField(forms.ModelMultipleChoiceField):
    """The permissions of our modules."""

    widget = RightsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=own_permissions(), **options)
        self.choices = rights_choices

    def label_from_instance(self, obj: Any) -> str:
        return f"{kind_words(obj)}: {right_words(obj)}"


class RolesField(forms.ModelMultipleChoiceField):
    """Roles, each with what it gives."""

    widget = RightsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Role.objects.order_by("title", "pk"), **options)
        self.choices = role_choices


def role_choices() -> Iterator[tuple[int, Any]]:
    """`(id, title and what it gives)`; two queries, however many roles there are."""
    for role in Role.objects.prefetch_related("group__permissions__content_type").order_by("title", "pk"):
        yield (
            role.pk,
            format_html('{}<span class="console-hint rights-gives">{}</span>', role.words, what_it_gives(role)),
        )


def what_it_gives(role: Role) -> str:
    """The rights of a role in a line: `Works with Orders, Films. Sees Invoices.`"""
    if role.key == OWNER_ROLE:
        return _("Everything, and whatever is added later.")
    kinds: dict[str, bool] = {}
    for permission in in_order(role.group.permissions.all()):
        kind = kind_words(permission)
        kinds[kind] = kinds.get(kind, False) or not permission.codename.startswith("view_")
    if not kinds:
        return _("No rights yet.")
    works, sees = ([kind for kind, is_more in kinds.items() if is_more is wanted] for wanted in (True, False))
    parts = [_("Works with {kinds}.").format(kinds=_some(works))] if works else []
    return " ".join([*parts, _("Sees {kinds}.").format(kinds=_some(sees))] if sees else parts)


def _some(kinds: list[str]) -> str:
    """The first few, and how many more."""
    rest = len(kinds) - MOST_KINDS
    more = [ngettext("{count} more", "{count} more", rest).format(count=rest)] if rest > 0 else []
    return ", ".join([*kinds[:MOST_KINDS], *more])
