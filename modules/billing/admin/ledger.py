"""The books in the console: to be read."""

from django.utils.translation import gettext_lazy as _

from modules.billing.admin.reading import ReadOnlyAdmin, ReadOnlyInline, subject_link
from modules.billing.models import Account, Entry, Transaction
from modules.console.api import display, register


class EntryInline(ReadOnlyInline):
    model = Entry
    fields = ["account", "amount"]
    readonly_fields = fields


@register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """The chart of accounts, with what is on each."""

    list_display = ["code", "owner", "kind", "balance", "currency"]
    list_filter = ["kind", "code"]
    search_fields = ["code", "=owner"]
    default_order = ["code", "owner"]
    fields = [("code", "owner"), ("kind", "currency"), "balance"]


@register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    """Facts of the books, newest first."""

    list_display = ["memo", "at", "key", "actor"]
    list_select_related = ["actor"]
    search_fields = ["=key", "=request_id"]
    default_order = ["-at"]
    inlines = [EntryInline]
    readonly_fields = ["subject"]
    fields = ["memo", "subject", ("at", "actor"), "reverses", "key", "request_id"]

    @display(description=_("about"))
    def subject(self, transaction: Transaction) -> str:
        return subject_link(transaction.subject_type, transaction.subject_id)


@register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """Lines of the books, newest first: debit positive, credit negative."""

    list_display = ["transaction", "account", "amount", "at"]
    list_select_related = ["transaction", "account"]
    list_filter = ["account__code"]
    default_order = []
    fields = ["transaction", "account", ("amount", "currency")]

    @display(description=_("when"))
    def at(self, entry: Entry) -> object:
        return entry.transaction.at
