"""The double-entry ledger. Entries and transactions are append-only; triggers in the database refuse the rest."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from modules.billing.choices import NEVER_BELOW_ZERO, AccountCode, AccountKind
from modules.core.fields import CurrencyField, MoneyField
from modules.core.moments import babel_locale


class Account(models.Model):
    """A place where money is, or a reason why it moved. `balance` grows on the account's own side: what is in the
    bank, what we owe, what was sold; it is a cache of the entries, which `ledger_check` proves."""

    code = models.CharField(_("account"), max_length=40, choices=AccountCode)
    owner = models.CharField(_("owner"), max_length=80, blank=True, default="")
    """Whose account, such as `accounts.user:17`; empty for the business's own."""
    currency = CurrencyField(_("currency"))
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    balance = MoneyField(_("balance"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["code", "owner", "currency"], name="billing_account_once"),
            models.CheckConstraint(condition=Q(code__in=AccountCode.values), name="billing_account_code_known"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="billing_account_kind_known"),
            models.CheckConstraint(
                condition=~Q(code__in=[str(code) for code in NEVER_BELOW_ZERO]) | Q(balance__gte=0),
                name="billing_account_not_below_zero",
                violation_error_message=_("There is not enough on the account."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}:{self.owner}" if self.owner else self.code

    @property
    def grows_by_debit(self) -> bool:
        return self.kind in {AccountKind.ASSET, AccountKind.EXPENSE}


class Transaction(models.Model):
    """One fact of the books: entries that sum to zero in each currency."""

    key = models.CharField(_("idempotency key"), max_length=200, unique=True)
    subject_type = models.CharField(_("about, kind"), max_length=80, blank=True, default="")
    subject_id = models.BigIntegerField(_("about, id"), null=True, blank=True)
    memo = models.CharField(_("memo"), max_length=200, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    """Who caused it; empty for the system and for guests, since these rows can never be edited."""
    at = models.DateTimeField(_("when"))
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    request_id = models.CharField(_("request id"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("ledger transaction"), _("ledger transactions")
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_id__isnull=True, subject_type="")
                | (Q(subject_id__isnull=False) & ~Q(subject_type="")),
                name="billing_transaction_subject_whole",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=models.F("id")),
                name="billing_transaction_not_own_reverse",
            ),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="billing_transaction_newest"),
            models.Index(fields=["subject_type", "subject_id"], name="billing_transaction_subject"),
        ]

    def __str__(self) -> str:
        return self.memo or self.key


class Entry(models.Model):
    """One line of a transaction: debit positive, credit negative."""

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="entries", verbose_name=_("transaction"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries", verbose_name=_("account"))
    amount = MoneyField(_("amount"))
    currency = CurrencyField(_("currency"))

    class Meta:
        verbose_name, verbose_name_plural = _("ledger entry"), _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="billing_entry_not_zero"),
            models.UniqueConstraint(fields=["transaction", "account"], name="billing_entry_account_once"),
        ]
        indexes = [models.Index(fields=["account", "-id"], name="billing_entry_account")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount.format(babel_locale())}"


class LedgerCheck(models.Model):
    """One night's proof of the books."""

    day = models.DateField(_("day"), unique=True)
    checked_at = models.DateTimeField(_("checked"))
    findings: "models.JSONField[list[str], list[str]]" = models.JSONField(_("what is wrong"), default=list, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("proof of the books"), _("proofs of the books")
        permissions = [("answer_ledgercheck", _("Is told when the books do not add up"))]

    def __str__(self) -> str:
        return str(self.day)
