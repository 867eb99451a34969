"""My absences: when I am away, and who does my tasks meanwhile."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from modules.core.errors import Refusal
from modules.core.http import PortalRequest, go_to
from modules.workflow.models import Absence
from modules.workflow.people.absence_forms import AbsenceForm
from modules.workflow.people.absences import absences_of, end_absence, plan_absence
from modules.workflow.views.console import console_context


@never_cache
@require_http_methods(["GET", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """What is planned, and a form for one more."""
    viewer = cast(PortalRequest, request)
    person = viewer.actor.user
    if person is None:
        raise PermissionDenied
    form = AbsenceForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            plan_absence(person, form.cleaned_data["substitute"], *form.span, actor=viewer.actor, at=viewer.now)
        except Refusal as refusal:
            form.add_error("first_day", str(refusal))
        else:
            messages.success(request, _("Have a good time. Your tasks are looked after."))
            return go_to(request, reverse("workflow:absences"))
    context: dict[str, Any] = {
        **console_context(request),
        "title": _("My absences"),
        "form": form,
        "absences": absences_of(person, viewer.now),
        "standing_in": Absence.objects.filter(substitute=person, ends_at__gt=viewer.now)
        .select_related("person")
        .order_by("starts_at", "pk"),
        "now": viewer.now,
    }
    return render(request, "workflow/console/absences.html", context, status=422 if form.errors else 200)


@require_POST
def absence_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own absences now, or forget one that has not begun."""
    viewer = cast(PortalRequest, request)
    absence = get_object_or_404(Absence, pk=pk, person=viewer.actor.user, ends_at__gt=viewer.now)
    end_absence(absence, actor=viewer.actor, at=viewer.now)
    messages.success(request, _("Your tasks come to you again."))
    return go_to(request, reverse("workflow:absences"))
