"""Invoices and credit notes: frozen copies of what was sold to whom, with numbers that have no gaps."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
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
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    """The buyer's; the shop's where it is empty."""
    seller: "models.JSONField[Any, Any]" = models.JSONField(_("seller"), default=dict)
    """Who sold, as it was that day: `name`, `address`, `tax_id`."""

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

    def get_pdf_url(self) -> str:
        return reverse("billing:invoice", args=[self.pk])


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
    """Takes an invoice back, wholly or in part."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes", verbose_name=_("invoice"))
    refund = models.OneToOneField(
        "billing.Refund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_note",
        verbose_name=_("refund"),
    )
    """The money that goes with it; when that failed, the next refund of the same amount takes the note over."""
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        verbose_name, verbose_name_plural = _("credit note"), _("credit notes")
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="billing_creditnote_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="billing_creditnote_number_from_one"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="billing_creditnote_adds_up"),
        ]
        indexes = [models.Index(fields=["-issued_at", "-id"], name="billing_creditnote_newest")]

    def get_pdf_url(self) -> str:
        return reverse("billing:credit_note", args=[self.pk])


class CreditNoteLine(models.Model):
    """What one line of the invoice is credited by. All notes of a line together end at the line's own tax exactly."""

    note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines", verbose_name=_("credit note"))
    invoice_line = models.ForeignKey(
        InvoiceLine, models.PROTECT, related_name="credited", verbose_name=_("line of the invoice")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    description = models.CharField(_("description"), max_length=300)
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    """Empty where only a part of the price is given back."""
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4)
    net = MoneyField(_("net"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("total"))
    currency = CurrencyField(_("currency"))

    class Meta:
        verbose_name, verbose_name_plural = _("credit note line"), _("credit note lines")
        constraints = [
            models.UniqueConstraint(fields=["note", "invoice_line"], name="billing_creditnoteline_once"),
            models.CheckConstraint(condition=Q(gross__gt=0), name="billing_creditnoteline_gross_positive"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="billing_creditnoteline_not_negative"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="billing_creditnoteline_adds_up"),
        ]

    def __str__(self) -> str:
        return self.description
