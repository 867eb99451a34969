"""Invoices and credit notes: frozen copies of what was sold to whom, with numbers that have no gaps."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from modules.core.fields import CurrencyField, MoneyField


class _Numbered(models.Model):
    """A document of a series: `2026-000017`."""

    series = models.CharField(_("series"), max_length=20)
    number = models.PositiveIntegerField(_("number"))
    issued_at = models.DateTimeField(_("issued"))
    issue_date = models.DateField(_("date"))
    """The business's own calendar day of `issued_at`."""
    currency = CurrencyField(_("currency"))
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("total"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_number

    @property
    def full_number(self) -> str:
        return f"{self.series}-{self.number:06d}"


class Invoice(_Numbered):
    """What was sold, to whom, at which tax. Never edited; undone by a credit note."""

    subject_type = models.CharField(_("for, kind"), max_length=80)
    subject_id = models.BigIntegerField(_("for, id"))
    buyer: "models.JSONField[Any, Any]" = models.JSONField(_("buyer"), default=dict)
    """Name and address as they were: keys such as `name`, `email`, `street`, `postal_code`, `city`, `country`."""

    class Meta:
        verbose_name, verbose_name_plural = _("invoice"), _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="billing_invoice_number_once"),
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="billing_invoice_subject_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="billing_invoice_number_from_one"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="billing_invoice_adds_up"),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="billing_invoice_newest")]


class InvoiceLine(models.Model):
    """One line, rounded half up once."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines", verbose_name=_("invoice"))
    position = models.PositiveSmallIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_gross = MoneyField(_("price"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4)
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("total"))
    currency = CurrencyField(_("currency"))

    class Meta:
        verbose_name, verbose_name_plural = _("invoice line"), _("invoice lines")
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="billing_invoiceline_position_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="billing_invoiceline_quantity_positive"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="billing_invoiceline_adds_up"),
            models.CheckConstraint(
                condition=Q(gross=F("unit_gross") * F("quantity")),
                name="billing_invoiceline_gross_is_price_times_quantity",
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="billing_invoiceline_tax_rate_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.description


class CreditNote(_Numbered):
    """Takes a whole invoice back, line by line as the invoice says."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="credit_note", verbose_name=_("invoice"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("credit note"), _("credit notes")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="billing_creditnote_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="billing_creditnote_number_from_one"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="billing_creditnote_adds_up"),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="billing_creditnote_newest")]
