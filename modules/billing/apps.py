"""The manifest of billing."""

from django.utils.translation import gettext_lazy as _

from modules.core.manifest import ALL, VIEW, Companion, Manifest, ModuleConfig, Nav


class BillingConfig(ModuleConfig):
    name, label = "modules.billing", "billing"
    verbose_name = _("Money")
    manifest = Manifest(
        key="billing",
        title=_("Money"),
        icon="banknotes",
        description=_("The books, card payments, refunds and invoices."),
        requires=["accounts", "workflow"],
        portal=["payments", "webhooks", "invoices", "credit-notes"],
        navigation=[
            Nav(_("Payments"), "billing.payment", "credit_card"),
            Nav(_("Refunds"), "billing.refund", "undo"),
            Nav(_("Refund requests"), "billing.refundrequest", "rule"),
            Nav(_("Invoices"), "billing.invoice", "receipt_long"),
            Nav(_("Credit notes"), "billing.creditnote", "assignment_return"),
            Nav(_("Webhook events"), "billing.webhookevent", "webhook"),
            Nav(_("Accounts"), "billing.account", "account_balance"),
            Nav(_("Ledger"), "billing.transaction", "menu_book"),
            Nav(_("Proofs of the books"), "billing.ledgercheck", "fact_check"),
        ],
        roles={
            "clerk": [VIEW, "billing.ask_refund"],
            "bookkeeper": [VIEW, "billing.answer_ledgercheck"],
            "manager": [ALL],
        },
        role_titles={"clerk": _("Billing clerk"), "bookkeeper": _("Bookkeeper"), "manager": _("Billing manager")},
        settings=[
            "REFUND_DAILY_LIMIT",
            "REFUND_LIMIT",
            "SHOP_CURRENCY",
            "STRIPE_API_BASE",
            "STRIPE_SECRET_KEY",
            "STRIPE_WEBHOOK_SECRETS",
        ],
        preload=["modules.billing.gateways.choice:load_provider"],
        companions=[
            Companion(
                "stripe_sandbox", "modules.billing.sandbox.process:run", "modules.billing.selectors:sandbox_is_wanted"
            )
        ],
    )
