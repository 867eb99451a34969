"""Moving a record by hand: where to, what the workflow says against it, and why."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.core.looks import look_of
from modules.workflow.engine.moving import Place, may_move, move_by_hand, places
from modules.workflow.errors import TransitionNotAllowed
from modules.workflow.views.console import console_context, record_page
from modules.workflow.views.transitions import record_for_staff


class MoveForm(forms.Form):
    """Where to, and why."""

    to = forms.ChoiceField(label=gettext_lazy("New state"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It is kept in the history with your name."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, offered: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["to"])
        field.choices = [(place.state.key, said(place)) for place in offered]


def said(place: Place) -> str:
    """A state with what the workflow says of the way there."""
    if not place.steps:
        return _("{state} (no step of the workflow leads there)").format(state=place.state.title)
    by = _("{state} (as “{step}” does)").format(state=place.state.title, step=", ".join(place.steps))
    return f"{by} {' '.join(place.reasons)}".strip()


@require_http_methods(["GET", "POST"])
def record_move(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """Ask, or move; who may not do this by hand gets 403."""
    viewer = cast(PortalRequest, request)
    record, _flow = record_for_staff(viewer, record_type, pk)
    if not may_move(record, viewer.actor):
        raise TransitionNotAllowed
    offered = places(record, viewer.now)
    if request.method != "POST":
        return _show(viewer, record, MoveForm(offered=offered))
    form = MoveForm(request.POST, offered=offered)
    if not form.is_valid():
        return _show(viewer, record, form, status=422)
    try:
        move_by_hand(
            record, form.cleaned_data["to"], actor=viewer.actor, at=viewer.now, reason=form.cleaned_data["reason"],
            expected=request.POST.get("_expected") or None,
        )  # fmt: skip
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _show(viewer, record, None, refusal=str(refusal), status=409)
    messages.success(request, _("{record}: {state}").format(record=record, state=look_of(record).title))
    return go_to(request, record_page(record))


def _show(
    request: PortalRequest, record: Any, form: forms.Form | None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": _("Move by hand"),
        "record": record,
        "form": form,
        "refusal": refusal,
        "home": record_page(record),
        "url": request.path,
        "expected": request.POST.get("_expected") or str(record.state),
    }
    template = "workflow/console/_move.html" if request.htmx else "workflow/console/move.html"
    more = {} if request.htmx else console_context(request)
    response = render(request, template, {**more, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
