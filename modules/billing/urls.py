"""The addresses of billing."""

from django.urls import path

from modules.billing import views, webhooks

app_name = "billing"

urlpatterns = [
    path("webhooks/stripe/", webhooks.stripe_webhook, name="stripe_webhook"),
    path("payments/<uuid:public>/", views.payment, name="payment"),
    path("payments/<uuid:public>/return/", views.payment_return, name="payment_return"),
]
