"""Addresses of the inbox, the bell's fragments, and the demo's post office."""

from django.urls import path

from modules.notifications.views import bell, inbox, preferences, sent_mail

app_name = "notifications"

urlpatterns = [
    path("notifications/", inbox.inbox, name="inbox"),
    path("notifications/count/", bell.count, name="count"),
    path("notifications/latest/", bell.latest, name="latest"),
    path("notifications/read/", inbox.mark_all_read, name="mark_all_read"),
    path("notifications/preferences/", preferences.preferences, name="preferences"),
    path("notifications/unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("notifications/<uuid:public_id>/", inbox.open_notification, name="open"),
    path("notifications/<uuid:public_id>/read/", inbox.mark_read, name="mark_read"),
    path("sent-mail/", sent_mail.sent_mail_list, name="sent_mail_list"),
    path("sent-mail/<uuid:public_id>/", sent_mail.sent_mail_detail, name="sent_mail_detail"),
    path("sent-mail/<uuid:public_id>/html/", sent_mail.sent_mail_html, name="sent_mail_html"),
]
