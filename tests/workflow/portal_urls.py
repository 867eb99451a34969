"""The product's addresses, and those of parcels for the people whom they belong to."""

from django.urls import include, path

from modules.portal import urls as portal
from modules.portal.api import DetailPage, ListPage, RecordPages, pages_of
from modules.workflow import urls as workflow
from project.urls import urlpatterns as product
from tests.workflow.app.models import Parcel

if pages_of(Parcel) is None:

    class ParcelPages(RecordPages):
        model, owner = Parcel, "customer"
        list = ListPage(columns=["state"])
        detail = DetailPage(actions=True, timeline=True)


_pages = pages_of(Parcel)
assert _pages is not None

urlpatterns = [
    path("", include(([*workflow.portal_addresses(), *workflow.urlpatterns], "workflow"))),
    path("", include(([*portal.addresses_of(_pages), *portal.urlpatterns], "portal"))),
    *product,
]
