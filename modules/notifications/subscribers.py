"""What became of people, as far as their messages go."""

from django.utils.translation import gettext as _

from modules.accounts.events import PersonPseudonymised
from modules.core.events import subscribe
from modules.core.references import console_address
from modules.core.subjects import Subject, about
from modules.notifications import services
from modules.notifications.choices import Channel
from modules.notifications.models import Delivery, Notification


@subscribe(PersonPseudonymised)
def forget_person(event: PersonPseudonymised) -> None:
    services.forget_person(user_id=event.user_id, email=event.email, at=event.at)


@about("notifications.notification")
def told_about(pk: int) -> Subject | None:
    """The record that somebody was told about; a mail that failed is sent again, elsewhere perhaps, from its delivery's
    page."""
    notification = Notification.objects.filter(pk=pk).first()
    if notification is None:
        return None
    mail = Delivery.objects.filter(notification=notification, channel=Channel.EMAIL).order_by("-pk").first()
    return Subject(
        notification.record_type,
        notification.record_id,
        _("Mail “{title}”").format(title=notification.title),
        "" if mail is None else console_address("notifications.delivery", mail.pk),
        "notifications.view_delivery",
    )
