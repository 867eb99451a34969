"""The views of a list as pages: kept, opened, renamed, shared, removed, and chosen to open the list with."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from modules.console import saved_views
from modules.console.archive import UNDO
from modules.console.filter_choice import filters_of
from modules.console.list_filters import Related
from modules.console.list_query import COLUMNS, EVERYTHING, SIZE, VIEW, Query, kept, read, written
from modules.console.models import SavedView
from modules.console.view_form import ViewForm
from modules.core.http import PortalRequest, go_to

if TYPE_CHECKING:
    from unfold.admin import ModelAdmin as _Base
else:
    _Base = object

ALWAYS = ("q", "o", SIZE, COLUMNS)


class ViewPages(_Base):
    """Part of every list."""

    def view_routes(self) -> list[tuple[str, str, Any]]:
        return [
            ("views/", "views", require_POST(self.views_view)),
            ("views/<int:view_id>/", "view", require_GET(self.view_view)),
            ("views/<int:view_id>/<slug:verb>/", "view_change", require_POST(self.view_change_view)),
        ]

    def list_address(self, page: str = "changelist", *args: object) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def _only_readers(self, request: HttpRequest) -> None:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    def address_of_view(self, request: HttpRequest, view: SavedView) -> str:
        """The list as the view wants it, as far as this reader may ask it: a shared view gives nobody a right."""
        known = {name for entry in filters_of(self, request) for name in _parameters(self, entry)}

        def allowed(name: str, value: str) -> bool:
            return name in ALWAYS or name in known or bool(self.lookup_allowed(name, value, request))

        return self.list_address() + saved_views.address_of(view, allowed=allowed)

    def views_view(self, request: HttpRequest) -> HttpResponseBase:
        """Keep the present list under a name."""
        self._only_readers(request)
        viewer = cast(PortalRequest, request)
        form = ViewForm(request.POST, may_share=request.user.has_perm(saved_views.SHARE))
        query = read(request.POST.get("query", ""))
        if form.is_valid():
            try:
                view = saved_views.save_view(
                    model=self.model,
                    name=form.cleaned_data["name"],
                    query=query,
                    is_shared=form.cleaned_data.get("is_shared", False),
                    actor=viewer.actor,
                    at=viewer.now,
                )
            except saved_views.NameTaken as refusal:
                form.add_error("name", str(refusal))
            else:
                if form.cleaned_data["opens"]:
                    saved_views.open_with(view, model=self.model, user=request.user)
                messages.success(request, _("The view “{name}” is saved.").format(name=view.name))
                return go_to(request, self.address_of_view(request, view))
        return self._view_form(request, form, query)

    def _view_form(
        self, request: HttpRequest, form: ViewForm, query: Query, view: SavedView | None = None
    ) -> HttpResponse:
        """What was typed, with the message at its field."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Save this view"),
            "opts": self.opts,
            "form": form,
            "query": written(query),
            "view": view,
            "back": self.list_address() + written(query),
        }
        return render(request, "console/list_view_form.html", context, status=422)

    def view_view(self, request: HttpRequest, view_id: int) -> HttpResponseBase:
        """Open a view."""
        self._only_readers(request)
        view = get_object_or_404(saved_views.views_for(request.user, self.model), pk=view_id)
        return redirect(self.address_of_view(request, view))

    def view_change_view(self, request: HttpRequest, view_id: int, verb: str) -> HttpResponseBase:
        """Change one's own view, or say with which view the list opens."""
        self._only_readers(request)
        rows = SavedView.objects.filter(model=self.model._meta.label_lower)
        if verb in ("open", "plain"):
            view = get_object_or_404(saved_views.views_for(request.user, self.model), pk=view_id)
            saved_views.open_with(view if verb == "open" else None, model=self.model, user=request.user)
            return go_to(request, self.address_of_view(request, view))
        view = get_object_or_404(rows, pk=view_id)
        if view.owner_id != request.user.pk:
            if view.is_shared and view.removed_at is None:
                raise PermissionDenied
            raise Http404
        return self._change_own(request, view, verb)

    def _change_own(self, request: HttpRequest, view: SavedView, verb: str) -> HttpResponseBase:
        viewer = cast(PortalRequest, request)
        told: dict[str, Any] = {"actor": viewer.actor, "at": viewer.now}
        if verb == "rename":
            return self._rename(request, view)
        if verb == "share" and not request.user.has_perm(saved_views.SHARE):
            raise PermissionDenied
        verbs: dict[str, Any] = {
            "update": lambda: saved_views.change_view(view, query=read(request.POST.get("query", "")), **told),
            "share": lambda: saved_views.change_view(view, is_shared=True, **told),
            "unshare": lambda: saved_views.change_view(view, is_shared=False, **told),
            "remove": lambda: saved_views.remove_view(view, **told),
            "restore": lambda: saved_views.restore_view(view, **told),
        }
        if verb not in verbs or (view.removed_at is not None and verb != "restore"):
            raise Http404
        verbs[verb]()
        if verb == "remove":
            undo = self.list_address("view_change", view.pk, "restore")
            text = _("The view “{name}” is gone.").format(name=view.name)
            messages.success(request, text, extra_tags=f"{UNDO}{undo}")
            return go_to(request, f"{self.list_address()}?{VIEW}={EVERYTHING}")
        return go_to(request, self.address_of_view(request, view))

    def _rename(self, request: HttpRequest, view: SavedView) -> HttpResponseBase:
        viewer = cast(PortalRequest, request)
        form = ViewForm(request.POST, may_share=False)
        if form.is_valid():
            try:
                saved_views.change_view(view, name=form.cleaned_data["name"], actor=viewer.actor, at=viewer.now)
            except saved_views.NameTaken as refusal:
                form.add_error("name", str(refusal))
            else:
                return go_to(request, self.address_of_view(request, view))
        return self._view_form(request, form, kept(view.query), view)


def _parameters(model_admin: Any, entry: Any) -> list[str]:
    """The parameters of a filter, as `filters_of` names it."""
    if not isinstance(entry, tuple):
        return [str(getattr(entry, "parameter_name", ""))]
    field_path, kind = entry
    if isinstance(kind, type) and issubclass(kind, Related):
        target = model_admin.model._meta.get_field(field_path.split("__")[0])
        return [f"{field_path}__{target.target_field.name}__exact"]
    return [f"{field_path}{suffix}" for suffix in getattr(kind, "suffixes", ())]
