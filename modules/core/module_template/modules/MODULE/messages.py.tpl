"""What customers and staff are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.accounts.api import users_with_role
from modules.core.messages import EMAIL, IN_APP, Category, Message, Recipient, declare_category
from modules.${module}.models import ${Record}

declare_category(Category("${module}", _("${Nouns}")))


class ${Record}Message(Message):
    """The base of what the customer is told."""

    category, channels, model = "${module}", [IN_APP, EMAIL], "${module}.${Record}"

    @staticmethod
    def to(record: ${Record}) -> Sequence[Recipient]:
        return [Recipient(user_id=record.customer_id, email=record.customer.email)]

    @classmethod
    def context(cls, record: ${Record}) -> Mapping[str, Any]:
        return {"record": record}


class ${Record}Submitted(${Record}Message):
    """To the clerks."""

    key, title, template = "${module}.submitted", _("${Noun} submitted"), "${module}/email/${record}_submitted"

    @staticmethod
    def to(record: ${Record}) -> Sequence[Recipient]:
        return [Recipient(user_id=user.pk, email=user.email) for user in users_with_role("${module}.clerk")]

    @classmethod
    def url(cls, record: ${Record}) -> str:
        return reverse("admin:${module}_${model}_change", args=[record.pk])


class ${Record}Done(${Record}Message):
    key, title, template = "${module}.done", _("${Noun} done"), "${module}/email/${record}_done"


class ${Record}Rejected(${Record}Message):
    key, title, template = "${module}.rejected", _("${Noun} rejected"), "${module}/email/${record}_rejected"
