"""The books in the console: to be read."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from modules.billing.admin.reading import ReadOnlyAdmin, ReadOnlyInline, subject_link
from modules.billing.models import Account, Entry, LedgerCheck, Transaction
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


@register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyAdmin):
    """What each night's proof of the books has found."""

    list_display = ["day", "result", "checked_at"]
    default_order = ["-day"]
    readonly_fields = ["result", "sentences"]
    fields = [("day", "checked_at"), "result", "sentences"]

    @display(description=_("result"))
    def result(self, check: LedgerCheck) -> str:
        if not check.findings:
            return _t("The books are right.")
        return ngettext("{count} finding", "{count} findings", len(check.findings)).format(count=len(check.findings))

    @display(description=_("what is wrong"))
    def sentences(self, check: LedgerCheck) -> str:
        return "\n".join(check.findings)
