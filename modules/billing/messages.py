"""What staff are told about money that needs a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import users_with_permission
from modules.billing.models import LedgerCheck, Payment, Refund, RefundRequest, WebhookEvent
from modules.core.messages import Category, Message, Recipient, declare_category
from modules.workflow.api import history_of

declare_category(Category("billing", _("Money"), _("Payments and refunds that need a person."), for_staff=True))


def who_replay_events(record: Any) -> Sequence[Recipient]:
    return [Recipient(user_id=user.pk) for user in users_with_permission("billing.replay_webhookevent")]


def who_refund(record: Any) -> Sequence[Recipient]:
    return [Recipient(user_id=user.pk) for user in users_with_permission("billing.refund_payment")]


def who_approve(record: RefundRequest) -> Sequence[Recipient]:
    """Everybody who may approve, except whoever asked."""
    people = users_with_permission("billing.approve_refund")
    return [Recipient(user_id=user.pk) for user in people if user.pk != record.asked_by_id]


def who_keep_the_books(record: Any) -> Sequence[Recipient]:
    return [Recipient(user_id=user.pk) for user in users_with_permission("billing.answer_ledgercheck")]


def _console_page(record: Any) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


class WebhookParked(Message):
    """An event of the provider that we could not work."""

    key, category, title = "billing.webhook_parked", "billing", _("A payment event needs attention")
    template, model = "billing/email/webhook_parked", "billing.WebhookEvent"
    to = staticmethod(who_replay_events)

    @classmethod
    def url(cls, record: WebhookEvent) -> str:
        return _console_page(record)


class RefundNeedsAttention(Message):
    """A refund that did not reach the customer."""

    key, category, title = "billing.refund_failed", "billing", _("A refund failed")
    template, model = "billing/email/refund_failed", "billing.Refund"

    @staticmethod
    def to(record: Refund) -> Sequence[Recipient]:
        """Who may refund, and whoever asked for this one."""
        asked = record.request.asked_by_id if record.request is not None else None
        others = [person for person in who_refund(record) if person.user_id != asked]
        return others if asked is None else [Recipient(user_id=asked), *others]

    @classmethod
    def url(cls, record: Refund) -> str:
        return _console_page(record)


class RefundToApprove(Message):
    """A refund above what one person may let go."""

    key, category, title = "billing.refund_to_approve", "billing", _("A refund needs a second pair of eyes")
    template, model = "billing/email/refund_to_approve", "billing.RefundRequest"
    to = staticmethod(who_approve)

    @classmethod
    def url(cls, record: RefundRequest) -> str:
        return _console_page(record)


class RefundDeclined(Message):
    """Whoever asked for a refund reads that it is not made, and why."""

    key, category, title = "billing.refund_declined", "billing", _("Your refund was declined")
    template, model = "billing/email/refund_declined", "billing.RefundRequest"

    @staticmethod
    def to(record: RefundRequest) -> Sequence[Recipient]:
        return [Recipient(user_id=record.asked_by_id)] if record.asked_by_id else []

    @classmethod
    def context(cls, record: RefundRequest) -> Mapping[str, Any]:
        last = history_of(record).filter(transition="decline").order_by("-pk").first()
        return {"record": record, "why": last.data.get("reason", "") if last else ""}

    @classmethod
    def url(cls, record: RefundRequest) -> str:
        return _console_page(record)


class BooksAreWrong(Message):
    """The nightly proof of the books has found something."""

    key, category, title = "billing.books_are_wrong", "billing", _("The books do not add up")
    template, model = "billing/email/books_are_wrong", "billing.LedgerCheck"
    to = staticmethod(who_keep_the_books)
    legal = True

    @classmethod
    def url(cls, record: LedgerCheck) -> str:
        return _console_page(record)


class StrayPayment(Message):
    """Money that came for something already finished, and goes back."""

    key, category, title = "billing.stray_payment", "billing", _("A payment came too late and is refunded")
    template, model = "billing/email/stray_payment", "billing.Payment"
    to = staticmethod(who_refund)

    @classmethod
    def url(cls, record: Payment) -> str:
        return _console_page(record)
