"""The console's site."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from modules.console.home import overview
from modules.console.security import console_policy

View = Callable[..., HttpResponseBase]


class ConsoleSite(UnfoldAdminSite):
    """Django's admin with unfold's look. People come in through the accounts' sign-in, and only our pages are shown."""

    site_title = site_header = index_title = _("Console")
    index_template = "console/home.html"

    def register(
        self, model_or_iterable: ModelBase | Iterable[ModelBase], admin_class: Any = None, **options: Any
    ) -> None:
        """Take our modules' pages; those that packages bring along would write without rights and trail of ours."""
        from modules.console.records import RecordAdmin

        if admin_class is not None and issubclass(admin_class, RecordAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def unregister(self, model_or_iterable: type[Model] | Iterable[type[Model]]) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else list(model_or_iterable)
        super().unregister([model for model in models if self.is_registered(model)])

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's and unfold's pages with our palette in place of unfold's search, and the page of elements."""
        from modules.console.elements_page import elements_view
        from modules.console.palette import palette_view

        own = [
            path("palette/", self.admin_view(palette_view), name="palette"),
            path("elements/", self.admin_view(elements_view), name="elements"),
        ]
        return [*own, *(entry for entry in super().get_urls() if getattr(entry, "name", "") != "search")]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Guests go to the sign-in and come back; whoever is no staff is refused."""
        inner = console_policy(super().admin_view(view, cacheable))

        def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request):
                return inner(request, *args, **kwargs)
            if request.user.is_authenticated:
                raise PermissionDenied
            return redirect_to_login(request.get_full_path(), reverse("account_login"))

        entrance.__name__ = getattr(view, "__name__", type(view).__name__)
        entrance.login_required = False  # type: ignore[attr-defined]  # the entrance itself asks
        entrance.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
        return entrance

    @method_decorator(never_cache)
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page: what there is, what waits, what changed."""
        found = {**overview(request), **(extra_context or {})}
        page: TemplateResponse = super().index(request, found)
        return page

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in, the accounts'."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("account_login"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Out at once by the menu's form; a plain link asks first."""
        if request.method == "POST":
            end_session(request)
            return redirect(settings.LOGOUT_REDIRECT_URL)
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")


def registered_models(site: ConsoleSite) -> dict[type[Model], ModelAdmin]:
    """The models that have pages in the console."""
    return dict(site._registry)
