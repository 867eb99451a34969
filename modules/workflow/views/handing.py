"""Deeds with a task that take a person or some words: delegate, ask back, answer, one more voice, take back, links."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.errors import NotAllowed, Refusal
from modules.core.http import PortalRequest, go_to
from modules.workflow.flows import graph_of
from modules.workflow.graph import Words
from modules.workflow.models import Task
from modules.workflow.people import links
from modules.workflow.services import add_seat, ask, complete, delegate, recall
from modules.workflow.services.questions import LONGEST
from modules.workflow.views.console import console_context, record_page
from modules.workflow.views.transitions import task_for_staff
from modules.workflow.worklists.inbox import Asked

INBOX = "inbox"
"""In the address: go back to the inbox."""
ANSWER = "answer"


class ChosenPerson(forms.Form):
    """A colleague."""

    person: Any = forms.ModelChoiceField(queryset=None, label=_("Person"), empty_label=None)

    def __init__(self, *args: Any, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = get_user_model()._default_manager.filter(is_active=True, is_staff=True).exclude(pk=but or 0)
        field = cast("forms.ModelChoiceField[Any]", self.fields["person"])
        field.queryset = people.order_by("name", "email", "pk")


class Question(ChosenPerson):
    """A question to a colleague, or to whom the record belongs."""

    question = forms.CharField(label=_("Question"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Any]", self.fields["person"])
        field.required, field.empty_label = False, cast(str, _("Whom the record belongs to"))
        field.widget.is_required = False
        self.order_fields(["question", "person"])


class Answer(forms.Form):
    """An answer in words."""

    answer = forms.CharField(
        label=pgettext_lazy("task", "Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )


Act = Callable[[Task, dict[str, Any], dict[str, Any]], Any]


def _ask(task: Task, data: dict[str, Any], given: dict[str, Any]) -> Any:
    return ask(task, data["question"], person=data["person"], **given)


def _answer(task: Task, data: dict[str, Any], given: dict[str, Any]) -> Any:
    return complete(task, reason=data["answer"], **given)


DEEDS: dict[str, tuple[Words, type[forms.Form] | None, Act, Words]] = {
    "delegate": (
        pgettext_lazy("task", "Delegate"),
        ChosenPerson,
        lambda task, data, given: delegate(task, person=data["person"], **given),
        _("The task is delegated. You are told what comes of it."),
    ),
    "add": (
        _("Ask one more person"),
        ChosenPerson,
        lambda task, data, given: add_seat(task, person=data["person"], **given),
        _("One more person is asked."),
    ),
    "ask": (_("Ask back"), Question, _ask, _("The question is asked. You are told when there is an answer.")),
    ANSWER: (_("Answer"), Answer, _answer, _("The answer is given.")),
    "recall": (
        pgettext_lazy("task", "Take back"),
        None,
        lambda task, _data, given: recall(task, **given),
        _("The task is back."),
    ),
    "renew": (
        _("Send a new link"),
        None,
        lambda task, _data, given: links.renew(task, **given),
        _("A new link is on its way. The old one does not work any more."),
    ),
    "revoke": (
        _("Withdraw the link"),
        None,
        lambda task, _data, given: links.revoke(task, **given),
        _("The link does not work any more."),
    ),
}


@never_cache
@require_http_methods(["GET", "POST"])
def task_hand(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """The form or the question of a deed; its doing, or why not."""
    if deed not in DEEDS:
        raise Http404
    viewer, task, record = task_for_staff(request, pk)
    if deed == ANSWER and not task.question:
        raise Http404
    form = _form(deed, viewer)
    if request.method != "POST":
        return _show(viewer, record, task, deed, form)
    if form is not None and not form.is_valid():
        return _show(viewer, record, task, deed, form, status=422)
    _title, _form_class, act, told = DEEDS[deed]
    try:
        act(task, form.cleaned_data if form is not None else {}, {"actor": viewer.actor, "at": viewer.now})
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _show(viewer, record, task, deed, form, refusal=str(refusal), status=409)
    messages.success(request, str(told))
    return go_to(request, _home(viewer, record))


def _form(deed: str, viewer: PortalRequest) -> forms.Form | None:
    form_class, data = DEEDS[deed][1], viewer.POST if viewer.method == "POST" else None
    if form_class is None:
        return None
    if issubclass(form_class, ChosenPerson):
        return form_class(data, but=viewer.actor.user_id)
    return form_class(data)


def _home(viewer: PortalRequest, record: Any) -> str:
    """Where the reader came from: the record, or the inbox as it was left."""
    if INBOX not in viewer.GET:
        return record_page(record)
    asked = Asked.by(viewer.GET).query
    return f"{reverse('admin:index')}?{asked}" if asked else reverse("admin:index")


def _show(
    viewer: PortalRequest, record: Any, task: Task, deed: str, form: Any, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    node = next((node for node in graph_of(record).tasks if node.key == task.key), None)
    context = {
        "record": record,
        "task_title": task.question or (node.title if node else task.key),
        "title": DEEDS[deed][0],
        "form": form,
        "refusal": refusal,
        "url": viewer.get_full_path(),
        "home": _home(viewer, record),
    }
    more = {} if viewer.htmx else {**console_context(viewer)}
    template = "workflow/console/_task.html" if viewer.htmx else "workflow/console/task.html"
    response = render(viewer, template, {**more, **context}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
