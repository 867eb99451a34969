"""Pages that are made by hand: asking for something new."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.core.http import SignedInRequest, go_to
from modules.${module}.forms import New${Record}Form
from modules.${module}.services import open_${record}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ${record}_new(request: SignedInRequest) -> HttpResponse:
    """Write a draft, then go on to its page, where it is submitted."""
    form = New${Record}Form(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "${module}/${record}_new.html", {"form": form}, status=status)
    record = open_${record}(
        title=form.cleaned_data["title"],
        details=form.cleaned_data["details"],
        actor=request.actor,
        at=request.now,
        key=form.cleaned_data["key"],
    )
    return go_to(request, record.get_absolute_url())
