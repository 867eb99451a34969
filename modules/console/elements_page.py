"""`/console/elements/`: every element of `templates/elements/` in every state, light and dark side by side."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from modules.core.http import PortalRequest
from modules.core.looks import TONE_ICONS, Look
from modules.core.money import Money

SCHEMES = ("light", "dark")


class SpecimenForm(forms.Form):
    """One field of each kind, some of them wrong."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As it stands on the letter box."))
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    country = forms.ChoiceField(
        label=gettext_lazy("Country"), choices=[("ES", gettext_lazy("Spain")), ("AT", gettext_lazy("Austria"))]
    )
    news = forms.BooleanField(label=gettext_lazy("Tell me about new films"), required=False)
    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[("dvd", "DVD"), ("bluray", "Blu-ray")],
        widget=forms.RadioSelect,
        required=False,
    )
    cards = forms.ChoiceField(
        label=gettext_lazy("Delivery"),
        choices=[("post", gettext_lazy("By post")), ("shop", gettext_lazy("In the shop"))],
        widget=forms.RadioSelect,
        required=False,
    )


@require_safe
def elements_view(request: HttpRequest) -> HttpResponse:
    """For whoever builds or judges a page: the vocabulary, in the reader's language."""
    panes = [(scheme, _specimens(request, scheme)) for scheme in SCHEMES]
    return TemplateResponse(request, "console/elements.html", {"panes": panes})


def _specimens(request: HttpRequest, scheme: str) -> dict[str, Any]:
    """Values for one pane; ids carry the scheme, because every element stands twice on the page."""
    now = cast(PortalRequest, request).now
    wrong = SpecimenForm({"email": "gisela@", "country": "ES"}, auto_id=f"{scheme}_%s")
    wrong.is_valid()
    home = reverse("admin:elements")
    return {
        "scheme": scheme,
        "home": home,
        "now": now,
        "tones": list(TONE_ICONS),
        "kinds": [("", _("Plain")), ("primary", _("Primary")), ("ghost", _("Ghost")), ("danger", _("Danger"))],
        "looks": [Look(_("Paid"), "success"), Look(_("Waiting for payment"), "info"), Look(_("Cancelled"), "danger")],
        "form": wrong,
        "wrong": [{"label": wrong["email"].label, "text": wrong.errors["email"][0], "anchor": wrong["email"].auto_id}],
        "crumbs": [{"title": _("Films"), "url": home}, {"title": _("Classics"), "url": home}],
        "facts": [
            {"title": _("Price"), "value": Money(1290, settings.SHOP_CURRENCY)},
            {"title": _("Released"), "value": now - timedelta(days=30)},
            {"title": _("In stock"), "value": True},
            {"title": _("Note"), "value": None},
        ],
        "choices": _choices(),
        "filters": _filters(home),
        "page": Paginator(range(240), 12).page(4),
        "amount": Money(1290, settings.SHOP_CURRENCY),
        "steps": [
            {"title": _("Ordered"), "status": "done", "at": now - timedelta(days=2)},
            {"title": _("Paid"), "status": "done", "at": now - timedelta(days=1)},
            {"title": _("Packed"), "status": "current", "note": _("We are packing your films.")},
            {"title": _("Sent"), "status": ""},
        ],
        "stopped": [{"title": _("Ordered"), "status": "done"}, {"title": _("Paid"), "status": "failed"}],
        "table": _table(now, home),
        "tabs": [
            {"title": _("Open"), "url": home, "is_current": True, "count": 3},
            {"title": _("Done"), "url": home, "is_current": False, "count": 128},
        ],
        "story": [
            {"title": _("Paid"), "at": now - timedelta(hours=3), "actor": "Ana", "text": "", "tone": "success"},
            {"title": _("Ordered"), "at": now - timedelta(days=1), "actor": "", "text": _("By post."), "tone": ""},
        ],
    }


def _choices() -> list[dict[str, Any]]:
    price = Money(1290, settings.SHOP_CURRENCY).format("en")
    return [
        {"value": "dvd", "title": "DVD", "note": _("Leaves tomorrow"), "side": price, "checked": True},
        {"value": "bluray", "title": "Blu-ray", "note": _("Sold out"), "side": price, "disabled": True},
    ]


def _filters(home: str) -> list[dict[str, Any]]:
    chips = [
        {"title": _("Paid"), "url": home, "is_on": True, "count": 12},
        {"title": _("Sent"), "url": home, "is_on": False, "count": 4},
    ]
    return [{"title": _("State"), "chips": chips}]


def _table(now: Any, home: str) -> dict[str, Any]:
    columns = [
        {"title": _("Number"), "sort_url": home, "sorted": "descending"},
        {"title": _("Date")},
        {"title": _("Total"), "is_number": True},
    ]
    values = [
        ("1042", now, Money(2580, settings.SHOP_CURRENCY)),
        ("1041", now - timedelta(days=1), Money(990, settings.SHOP_CURRENCY)),
    ]
    rows = [
        {"url": home, "cells": [{"column": column, "value": value} for column, value in zip(columns, row, strict=True)]}
        for row in values
    ]
    return {"columns": columns, "rows": rows}
