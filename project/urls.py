"""Every address of the product, derived from the manifests of the installed modules."""

from modules.core.routes import site_urls

urlpatterns = site_urls()

handler400 = "modules.core.views.bad_request"
handler403 = "modules.core.views.forbidden"
handler404 = "modules.core.views.not_found"
handler500 = "modules.core.views.server_error"
