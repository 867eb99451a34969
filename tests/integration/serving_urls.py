"""The product's addresses and a slow one, which lays a file beside the data when it has begun."""

import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from modules.core.routes import site_urls


@login_not_required
def slow(request: HttpRequest) -> HttpResponse:
    (settings.DATA_DIR / "slow").touch()
    time.sleep(2)
    return HttpResponse("finished")


urlpatterns = [path("slow/", slow), *site_urls()]
