"""Pages over a model that is always there, declared as a module would, and the address book of these tests.

They are taken out of the registry at once: the product must not know them.
"""

from collections.abc import Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.urls import include, path

from modules.portal import urls as product
from modules.portal.api import DetailPage, EmptyList, ListPage, RecordPages, Step, pages_of
from modules.portal.pages import record_pages
from modules.portal.urls import addresses_of


class AddressPages(RecordPages):
    model, owner, lookup, prefix, title = EmailAddress, "user", "email", "addresses", "Addresses"
    list = ListPage(
        columns=["email", "verified", "initial"],
        filters=["verified"],
        search=["email"],
        sort="email",
        page_size=3,
        empty=EmptyList("No address yet", "Yours would stand here."),
    )
    detail = DetailPage(layout=["email", ("Trust", ["verified", "user"])], actions=True, timeline=True)

    def initial(self, record: Any) -> str:
        return str(record.email[0]).upper()

    initial.title = "First letter"  # type: ignore[attr-defined]

    def happening(self, record: Any) -> str:
        return "Confirmed." if record.verified else "Look into your mail."

    def steps(self, record: Any) -> Sequence[Step]:
        return [Step("Added", "done"), Step("Confirmed", "done" if record.verified else "current")]

    def poll_every(self, record: Any) -> int | None:
        return None if record.verified else 4


address_pages = pages_of(EmailAddress)
assert address_pages is not None
record_pages.unregister(address_pages.record_type)
GRANT = address_pages.record_type

urlpatterns = [
    path("", include(([*addresses_of(address_pages), *product.urlpatterns], "portal"))),
    path("", include("project.urls")),
]
