"""The addresses of billing."""

from django.contrib import admin
from django.urls import path

from modules.billing import views, webhooks
from modules.billing.admin.asking import ask

app_name = "billing"

urlpatterns = [
    path("webhooks/stripe/", webhooks.stripe_webhook, name="stripe_webhook"),
    path("payments/<uuid:public>/", views.payment, name="payment"),
    path("payments/<uuid:public>/return/", views.payment_return, name="payment_return"),
    path("invoices/<int:pk>/", views.invoice_pdf, name="invoice"),
    path("credit-notes/<int:pk>/", views.credit_note_pdf, name="credit_note"),
    path(
        "console/refunds/<str:record_type>/<int:pk>/",
        admin.site.admin_view(ask),
        name="ask_refund",
    ),
]
